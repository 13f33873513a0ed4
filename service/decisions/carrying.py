"""Whether votes on a proposal still cover it on a newer evaluation: why not, in words and money."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from service.decisions.decided_money import DecidedMoney, money_of
from service.decisions.guardrails import Finding

Json = Mapping[str, Any]

MONEY = {
    "total_commitment": "The total commitment",
    "upfront": "What is paid upfront",
    "monthly": "The monthly price of what is reserved",
    "expected_monthly": "The expected monthly total",
}
"""What may not rise, as it is called."""


def reasons(old: Json, new: Json, before: Iterable[Finding], after: Iterable[Finding]) -> list[str]:
    """Return why votes on the old content do not cover the new one; nothing where they do.

    old, new: contents of a decision. before, after: what the guardrails in force say of each.
    """
    return [*_what(old, new), *_money(money_of(old), money_of(new)), *_found(before, after)]


def _what(old: Json, new: Json) -> Iterator[str]:
    if old["option"] != new["option"]:
        yield f"The option is {new['option']} instead of {old['option']}."
        return
    for side in ("dedicated", "serverless"):
        sold, sells = ((content["offers"] or {}).get(side) or {} for content in (old, new))
        for part in ("provider", "sku", "model", "region", "unit", "gpu", "quantization"):
            if sold.get(part) != sells.get(part):
                yield f"The {side} offer's {part} is {sells.get(part)} instead of {sold.get(part)}."


def _money(old: DecidedMoney | None, new: DecidedMoney | None) -> Iterator[str]:
    if old is None or new is None:
        return
    if old.currency != new.currency:
        yield f"It is in {new.currency} instead of {old.currency}."
        return
    for name, what in MONEY.items():
        was: Decimal = getattr(old, name)
        now: Decimal = getattr(new, name)
        if now > was:
            yield f"{what} rises by {now - was:,.2f} {new.currency}, from {was:,.2f} to {now:,.2f}."


def _found(before: Iterable[Finding], after: Iterable[Finding]) -> Iterator[str]:
    known = {(found.rule, found.level) for found in before}
    for found in after:
        if (found.rule, found.level) not in known:
            yield f"A guardrail speaks that did not before: {found.sentence}"
