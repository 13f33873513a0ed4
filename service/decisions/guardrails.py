"""Guardrails: what a decision needs before money is committed. Pure: rules and facts in, findings out.

Bands are half-open, `[from, next from)`, in exact decimals: each names only where it begins, so there is no gap. What
is looked up in them is money in whole cents, rounded up, so nothing above a border falls below it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal

from service.decisions.facts import Facts
from service.decisions.limits import LIMITED, RULES

Level = Literal["block", "needs", "note"]

DEFAULT: Mapping[str, Any] = {
    "bands": {
        "USD": [
            {"from": "0", "approvers": 1, "role": "approver"},
            {"from": "100000.01", "approvers": 2, "role": "approver"},
        ]
    },
    "split_window_days": 90,
    "provisional": {"level": "block", "role": None, "member_id": None},
    "beyond_available_until": {"level": "note", "role": None, "member_id": None},
    **dict.fromkeys(LIMITED),
}  # fmt: skip
"""What holds until an organization decides on guardrails of its own: one approver, above 100,000 USD two."""

ENTITLED: Mapping[str, tuple[str, ...]] = {
    "approver": ("approver", "admin", "owner"),
    "admin": ("admin", "owner"),
    "owner": ("owner",),
}
"""Roles of members whose vote counts where a role is asked for."""

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a decision. rule: stable code; sentence: what is so, and what would satisfy it."""

    level: Level
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Also:
    """An approval that a rule asks for besides those of the band: of a role or a wider one, or of a named member."""

    role: str | None
    member_id: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Approvals that a decision needs: how many, from members of a role or a wider one, and which besides."""

    approvers: int
    role: str
    also: tuple[Also, ...] = ()

    @property
    def total(self) -> int:
        """How many approvals there must be, each of another person."""
        return self.approvers + len(self.also)

    @property
    def roles(self) -> list[str]:
        """The role asked for by each approval that is not of a named member."""
        return [self.role] * self.approvers + [also.role for also in self.also if also.role is not None]

    @property
    def named(self) -> list[str]:
        """Ids of the members whose own approval is asked for."""
        return [also.member_id for also in self.also if also.member_id is not None]


def need(rules: Mapping[str, Any], facts: Facts) -> Need:
    """Return the approvals needed: none where nothing is committed, else those of the band and of rules besides.

    A currency without bands, and commitments in several currencies, which nothing adds up, need the strictest.
    """
    return Need(0, "approver") if facts.total <= 0 else replace(_band(rules, facts), also=tuple(_also(rules, facts)))


def findings(rules: Mapping[str, Any], facts: Facts) -> list[Finding]:
    """Return what the rules say; nothing where none is touched."""
    return [] if facts.total <= 0 else [*_money(rules, facts), *_evidence(rules, facts)]


def blocking(rules: Mapping[str, Any], facts: Facts) -> list[Finding]:
    """Return the findings that forbid the step."""
    return [found for found in findings(rules, facts) if found.level == "block"]


def strictest(rules: Mapping[str, Any]) -> Need:
    """Return what the strictest band needs; one approver where no band needs any."""
    needs = [_need(band) for bands in rules["bands"].values() for band in bands]
    return Need(
        max([1, *(each.approvers for each in needs)]),
        max([each.role for each in needs] or ["approver"], key=rank),
    )


def _band(rules: Mapping[str, Any], facts: Facts) -> Need:
    bands = rules["bands"].get(facts.currency)
    if bands is None or facts.is_mixed:
        return strictest(rules)
    looked = facts.added.quantize(CENT, ROUND_CEILING)
    return _need([band for band in bands if Decimal(band["from"]) <= looked][-1])


def _also(rules: Mapping[str, Any], facts: Facts) -> Iterator[Also]:
    """Yield each approval that rules ask for besides, once however many ask for the same."""
    asked = [Also(rule["role"], rule["member_id"]) for rule, _ in _touched(rules, facts) if rule["level"] == "needs"]
    yield from dict.fromkeys(asked)


def _touched(rules: Mapping[str, Any], facts: Facts) -> Iterator[tuple[Mapping[str, Any], Finding]]:
    """Yield the rules with a level of their own that say something, and what they say."""
    for name, look in RULES.items():
        rule = rules.get(name)
        told = None if rule is None else look(rule.get("limit"), facts)
        if rule is not None and told is not None:
            yield rule, Finding(rule["level"], name, told)


def _money(rules: Mapping[str, Any], facts: Facts) -> Iterator[Finding]:
    wanted = _band(rules, facts)
    if wanted.approvers:
        yield Finding("needs", "band", f"{_sum(facts)} needs {people(wanted)}.")
    if facts.currency not in rules["bands"]:
        told = f"There are no bands for {facts.currency}: the strictest hold until guardrails have bands for it."
        yield Finding("needs", "currency_without_bands", told)
    if facts.is_mixed:
        told = (
            f"The workload committed to this provider in another currency within {rules['split_window_days']} days; "
            "what cannot be added up needs the strictest band."
        )
        yield Finding("needs", "several_currencies", told)
    elif facts.added > facts.total:
        told = (
            f"Other commitments of the workload to this provider within {rules['split_window_days']} days count too: "
            f"{facts.added - facts.total:,.2f} {facts.currency}."
        )
        yield Finding("note", "split", told)


def _evidence(rules: Mapping[str, Any], facts: Facts) -> Iterator[Finding]:
    for rule, found in _touched(rules, facts):
        by = f"the role {rule.get('role')}" if rule.get("role") else f"the member {rule.get('member_id')}"
        more = f" It needs an approval of {by} besides." if found.level == "needs" else ""
        yield replace(found, sentence=found.sentence + more)


def people(wanted: Need) -> str:
    """Return in words whose approvals are needed."""
    word = "approver" if wanted.approvers == 1 else "approvers"
    return f"{wanted.approvers} {word}" + ("" if wanted.role == "approver" else f" of the role {wanted.role}")


def rank(role: str) -> int:
    """Return how narrow the role is, wider ones lower."""
    return tuple(ENTITLED).index(role)


def _need(band: Mapping[str, Any]) -> Need:
    return Need(band["approvers"], band["role"])


def _sum(facts: Facts) -> str:
    return f"A total commitment of {facts.added.quantize(CENT, ROUND_CEILING):,} {facts.currency}"
