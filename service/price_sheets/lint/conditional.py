"""Lint of amounts that hold for some requests only: by their length, by the hour."""

from collections.abc import Iterator
from decimal import Decimal

from service.price_sheets.lint.finding import Finding, error, warning
from service.price_sheets.offer_values import Json

FAR = 20
"""Ratio to the price's own amount beyond which an amount is likely in another unit."""


def conditional(price: Json, pointer: str) -> Iterator[Finding]:
    """Yield the findings of a price's `when`."""
    entries = price.get("when", ())
    if entries and "tiers" in price:
        detail = "A price goes by the month's quantity (`tiers`) or by the single request (`when`), not by both."
        yield error("tiers_and_when", f"{pointer}/when", detail)
    if entries and price["meter"] == "compute_seconds":
        detail = "Time is billed by instances, whatever the request; leave `when` out."
        yield error("when_of_compute", f"{pointer}/when", detail)
    for index, entry in enumerate(entries):
        where = f"{pointer}/when/{index}"
        if "input_tokens_above" not in entry and "hours" not in entry:
            detail = "Say for which requests the amount holds: `input_tokens_above`, `hours`, or both."
            yield error("condition_missing", where, detail)
        elif any(_covers(later, entry) for later in entries[index + 1 :]):
            detail = "Never holds: a later entry covers every request that meets it, and the last one decides."
            yield error("condition_never_holds", where, f"{detail} List rising lengths, the special case last.")
        yield from _amount(price, entry, where)


def _covers(later: Json, entry: Json) -> bool:
    """Tell whether every request that meets an entry meets a later one too."""
    longer = later.get("input_tokens_above", 0) <= entry.get("input_tokens_above", 0)
    return longer and ("hours" not in later or later["hours"] == entry.get("hours"))


def _amount(price: Json, entry: Json, where: str) -> Iterator[Finding]:
    own, amount = Decimal(price["amount"]), Decimal(entry["amount"])
    if own and amount and max(own, amount) > FAR * min(own, amount):
        detail = f"More than {FAR} times apart from the price's own amount; both are for the same `per`."
        yield warning("conditional_far_apart", f"{where}/amount", detail)
    if "hours" not in entry and amount < own:
        detail = "Long requests cost less than short ones here; as a rule they cost more."
        yield warning("long_requests_cheaper", f"{where}/amount", detail)
