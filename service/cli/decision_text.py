"""Decisions, bills, outcomes and the scorecard as lines a person reads."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


def rows(found: Sequence[Json]) -> str:
    """Return decisions, one a line."""
    if not found:
        return "No decisions."
    return _columns(
        [each["id"], each["state"], _money(each["total_commitment"], each["currency"]), each["decide_by"],
         each["title"]]
        for each in found
    )  # fmt: skip


def one(decision: Json) -> str:
    """Return a decision: how it stands, what it commits and says, who voted."""
    days = {"valid until": "valid_until", "purchase by": "purchase_by", "starts on": "starts_on", "ends on": "ends_on"}
    lines = [
        f"{decision['title']} ({decision['id']})",
        f"{decision['state'].capitalize()}. {decision['sentence']}",
        "",
        *_pairs(
            ("option", decision["option"] or "none"),
            ("total commitment", _money(decision["total_commitment"], decision["currency"])),
            ("proposed by", decision["proposer"]["name"]),
            ("owned by", decision["owner"]["name"]),
            *((name, decision[day]) for name, day in days.items() if decision[day] is not None),
            ("reference", decision["external_reference"] or "none"),
            ("evaluation", decision["evaluation_id"]),
            ("digest", decision["digest"]),
        ),
    ]
    lines += [f"  ({found['level']}) {found['sentence']}" for found in decision["findings"]]
    lines += [_vote(vote) for vote in decision["votes"]]
    lines += [f"  Votes lapsed: {why}" for rebase in decision["rebases"][-1:] for why in rebase["because"]]
    return "\n".join(lines)


def bills(found: Sequence[Json]) -> str:
    """Return bills, one a line."""
    return "\n".join(bill(each) for each in found) or "No bills."


def bill(found: Json) -> str:
    """Return a bill in a line."""
    totals = ", ".join(_money(total["billed"], total["currency"]) for total in found["totals"])
    repeated = f", {found['repeated']} of them counted before" if found["repeated"] else ""
    return f"{found['id']}  {found['starts_at'][:10]}  {found['charges']} charges{repeated}  {totals}"


def outcome(found: Json) -> str:
    """Return an outcome: what was promised and billed, the variance by cause, and what the answer says of it."""
    document = found["document"]
    causes = ((f"of it {name}", _money(amount, document["currency"])) for name, amount in document["by_cause"].items())
    figures = ((name, _money(document[name], document["currency"])) for name in ("predicted", "billed", "variance"))
    head = f"{found['option']}, {found['starts_on']} to {found['ends_on']} ({found['id']})"
    return "\n".join([head, *_pairs(*figures, *causes), *(f"  {sentence}" for sentence in document["detail"])])


def scorecard(found: Json) -> str:
    """Return the cards, one a currency."""
    return "\n".join(_card(card) for card in found["cards"]) or "No period is closed yet."


def _card(card: Json) -> str:
    figures = {name: value for name, value in card.items() if isinstance(value, str | int) and value is not None}
    return "\n".join(_pairs(*((name.replace("_", " "), str(value)) for name, value in figures.items())))


def _vote(vote: Json) -> str:
    principal = "" if vote["on_behalf_of"] is None else f" for {vote['on_behalf_of']['name']}"
    reason = f": {vote['reason']}" if vote["reason"] else ""
    return f"  {vote['created_at'][:16]} {vote['member']['name']}{principal}: {vote['vote']}{reason}"


def _money(amount: str, currency: str) -> str:
    return f"{Decimal(amount):,.2f} {currency}"


def _pairs(*pairs: tuple[str, str]) -> list[str]:
    width = max(len(name) for name, _ in pairs)
    return [f"  {name.ljust(width)}  {value}" for name, value in pairs]


def _columns(lines: Iterable[list[str]]) -> str:
    listed = list(lines)
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in listed)
