"""Conflicts: sheets in force that price the same thing differently. Reported with every value, never settled."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service.kit.db.types import plain_decimal
from service.model_names.names import key_of
from service.price_sheets.lint.prices import unit_price
from service.price_sheets.offer_values import PERIODS, Json, is_available, months_of, owned_parts


@dataclass(frozen=True, slots=True)
class Listing:
    """An offer as a sheet in force lists it."""

    price_sheet_id: str
    version: int
    provider: str
    currency: str
    source: Json
    offer: Json


@dataclass(frozen=True, slots=True)
class Subject:
    """What is priced: a meter at a tier, or a unit under a term; names without regard to capitals.

    model: of its names in these sheets the first.
    """

    provider: str
    model: str
    region: str
    currency: str
    meter: str | None = None
    tier: str | None = None
    unit: str | None = None
    gpu: str | None = None
    term_months: float | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What one sheet says of a subject: an amount per quantity of the meter, or the rate as it stands."""

    price_sheet_id: str
    version: int
    sku: str
    model: str
    source: Json
    price: Json
    value: tuple[str, ...]
    """The price in a form in which equal prices are equal: per one of the meter, tiers and conditions included."""


Conflict = tuple[Subject, list[Statement]]
"""A subject that sheets price differently, with all that is said of it."""


def conflicts(listings: Iterable[Listing], on: date, canonical: Callable[[str], str] = key_of) -> list[Conflict]:
    """Return every subject of which two sheets say different things on a day, with all that is said of it.

    canonical: of names of models, which are one model where theirs are equal.
    Within one sheet a subject may have several offers; sheets agree on it when the
    sets of their prices are equal. Offers of different currencies are not compared.
    """
    said: dict[Subject, list[Statement]] = defaultdict(list)
    available = [listing for listing in listings if is_available(listing.offer, on)]
    named = _named({listing.offer["model"] for listing in available}, canonical)
    for listing in available:
        sku, model = listing.offer["sku"], listing.offer["model"]
        for subject, price, value in _prices(listing, named[model]):
            statement = Statement(listing.price_sheet_id, listing.version, sku, model, listing.source, price, value)
            said[subject].append(statement)
    return [(subject, said[subject]) for subject in sorted(said, key=_order) if _disagree(said[subject])]


def _named(models: Collection[str], canonical: Callable[[str], str]) -> dict[str, str]:
    """Return of every model, as sheets write it, the first of the names here that mean it, in small letters."""
    meant = {model: canonical(model) for model in models}
    first: dict[str, str] = {}
    for model in sorted(models, key=key_of):
        first.setdefault(meant[model], key_of(model))
    return {model: first[meant[model]] for model in models}


def _disagree(statements: list[Statement]) -> bool:
    by_sheet: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for statement in statements:
        by_sheet[statement.price_sheet_id].add(statement.value)
    values = list(by_sheet.values())
    return any(value != values[0] for value in values[1:])


def _prices(listing: Listing, model: str) -> Iterator[tuple[Subject, Json, tuple[str, ...]]]:
    offer = listing.offer
    region = offer.get("region", "global").casefold()
    thing = (listing.provider.casefold(), model, region, listing.currency)
    for price in offer.get("prices", ()):
        tiers = [f"{tier['above']}: {_plain(unit_price(price | tier))}" for tier in price.get("tiers", ())]
        tiers += [
            f"{entry.get('input_tokens_above', 0)} {entry.get('hours')}: {_plain(unit_price(price | entry))}"
            for entry in price.get("when", ())
        ]
        yield (
            Subject(*thing, meter=price["meter"], tier=offer.get("tier", "standard")),
            price,
            (_plain(unit_price(price)), *tiers),
        )
    unit, gpu = offer.get("unit", "replica").casefold(), offer.get("gpu")
    for rate in offer.get("rates", ()):
        term = months_of(rate)
        months = int(term) if term.denominator == 1 else float(term)
        subject = Subject(*thing, unit=unit, gpu=gpu and gpu.casefold(), term_months=months)
        named = ((name, rate[name]) for name in (*PERIODS, "monthly", "second", "upfront") if name in rate)
        owned = [f"owned {name} {_plain(amount)}" for name, amount in owned_parts(rate)] if "owned" in rate else []
        stated = [f"{name} {_plain(Decimal(amount))}" for name, amount in named if Decimal(amount)]
        yield subject, rate, (*stated, *owned)


def _plain(amount: Decimal) -> str:
    return plain_decimal(amount)


def _order(subject: Subject) -> tuple[str, ...]:
    return (
        subject.provider,
        subject.model,
        subject.region,
        subject.currency,
        subject.meter or "",
        subject.tier or "",
        subject.unit or "",
        subject.gpu or "",
        f"{subject.term_months or 0:08.3f}",
    )
