"""Guardrails: what a decision needs before money is committed. Pure: rules and facts in, findings out.

Bands are half-open, `[from, next from)`, in exact decimals: each names only where it begins, so there is no gap.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Level = Literal["block", "needs", "note"]

DEFAULT: Mapping[str, Any] = {
    "bands": {
        "USD": [
            {"from": "0", "approvers": 1, "role": "approver"},
            {"from": "100000", "approvers": 2, "role": "approver"},
        ]
    },
    "split_window_days": 90,
    "longest_term_months": None,
    "minimum_confidence": None,
    "minimum_probability_cheapest": None,
    "provisional_may_commit": False,
}  # fmt: skip
"""What holds until an organization decides on guardrails of its own."""

ENTITLED: Mapping[str, tuple[str, ...]] = {
    "approver": ("approver", "admin", "owner"),
    "admin": ("admin", "owner"),
    "owner": ("owner",),
}
"""Roles of members whose vote counts where a role is asked for."""

CONFIDENCES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a decision. rule: stable code; sentence: what is so, and what would satisfy it."""

    level: Level
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Need:
    """Approvals that a decision needs: how many, from members of a role or a wider one."""

    approvers: int
    role: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guardrails look at.

    total: committed by this decision. before: committed by others of the workload and provider within the window, as
    (currency, amount). term_months, confidence, probability_cheapest, provisional: of the option and its evaluation.
    """

    currency: str
    total: Decimal
    before: Sequence[tuple[str, Decimal]]
    term_months: float
    confidence: str
    probability_cheapest: float | None
    provisional: bool

    @property
    def added(self) -> Decimal:
        """This commitment and the others in its currency together."""
        return self.total + sum((amount for currency, amount in self.before if currency == self.currency), Decimal(0))

    @property
    def is_mixed(self) -> bool:
        """Whether others are in another currency, so that they cannot be added up."""
        return any(currency != self.currency and amount for currency, amount in self.before)


def need(rules: Mapping[str, Any], facts: Facts) -> Need:
    """Return the approvals needed: none where nothing is committed, else those of the band.

    A currency without bands, and commitments in several currencies, which nothing adds up, need the strictest.
    """
    if facts.total <= 0:
        return Need(0, "approver")
    bands = rules["bands"].get(facts.currency)
    if bands is None or facts.is_mixed:
        return _strictest(rules)
    return _need([band for band in bands if Decimal(band["from"]) <= facts.added][-1])


def findings(rules: Mapping[str, Any], facts: Facts) -> list[Finding]:
    """Return what the rules say; nothing where none is touched."""
    return [] if facts.total <= 0 else [*_money(rules, facts), *_evidence(rules, facts)]


def _money(rules: Mapping[str, Any], facts: Facts) -> Iterator[Finding]:
    wanted = need(rules, facts)
    if wanted.approvers:
        yield Finding("needs", "band", f"{_sum(facts)} needs {people(wanted)}.")
    if facts.currency not in rules["bands"]:
        told = (
            f"There are no bands for {facts.currency}: the strictest hold. Guardrails with bands for it would say less."
        )
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
    longest, least = rules["longest_term_months"], rules["minimum_probability_cheapest"]
    if longest is not None and facts.term_months > longest:
        yield Finding(
            "block", "longest_term_months", f"The term is longer than {longest} months; choose a shorter one."
        )
    wanted = rules["minimum_confidence"]
    if wanted is not None and CONFIDENCES.index(facts.confidence) < CONFIDENCES.index(wanted):
        told = f"The evaluation's confidence is {facts.confidence}, at least {wanted} is asked; measure for longer."
        yield Finding("block", "minimum_confidence", told)
    if least is not None and (facts.probability_cheapest or 0) < least:
        told = f"It is the cheapest with a probability of {facts.probability_cheapest}; at least {least} is asked."
        yield Finding("block", "minimum_probability_cheapest", told)
    if facts.provisional and not rules["provisional_may_commit"]:
        told = "The evaluation is provisional and cannot commit money; upload a representative week and evaluate again."
        yield Finding("block", "provisional", told)


def people(wanted: Need) -> str:
    """Return in words whose approvals are needed."""
    word = "approver" if wanted.approvers == 1 else "approvers"
    return f"{wanted.approvers} {word}" + ("" if wanted.role == "approver" else f" of the role {wanted.role}")


def rank(role: str) -> int:
    """Return how narrow the role is, wider ones lower."""
    return tuple(ENTITLED).index(role)


def _strictest(rules: Mapping[str, Any]) -> Need:
    """Return what the strictest band needs; one approver where no band needs any."""
    needs = [_need(band) for bands in rules["bands"].values() for band in bands]
    return Need(
        max([1, *(each.approvers for each in needs)]),
        max([each.role for each in needs] or ["approver"], key=rank),
    )


def _need(band: Mapping[str, Any]) -> Need:
    return Need(band["approvers"], band["role"])


def _sum(facts: Facts) -> str:
    return f"A total commitment of {facts.added:,.2f} {facts.currency}"
