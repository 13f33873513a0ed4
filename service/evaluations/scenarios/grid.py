"""The grid: every combination of the values asked for, each with what the workflow is given for it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import Any

from service.evaluations.document import Inputs
from service.evaluations.engine import Materials
from service.kit.http.problems import FieldError, invalid
from service.model_names.names import Names
from service.price_sheets.offer_values import build_offers, is_of, models_of
from service.workflow.offers import Offer
from service.workflow.what_if.repricing import PriceChange, repriced

AS_IS = "as is"
"""Name of prices and offers that are not changed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination: its values, and what the workflow is given."""

    traffic_factor: Decimal
    growth_per_month: Decimal
    prices: str
    offers: str
    materials: Materials


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which offers of an added sheet count: those of a model by the base's names of it, and by those the sheet writes.

    names: in small letters; None for offers of any model. known: which names mean one model to the organization.
    """

    names: Collection[str] | None
    known: Names

    def of(self, sheet: dict[str, Any]) -> Collection[str] | None:
        """Return the names of the model, those that a sheet writes among them; None for any."""
        if self.names is None:
            return None
        offered = models_of([sheet])
        return {*self.names, *(other.name for name in self.names for other in self.known.others(name, offered))}


def cells(base: Materials, wanted: Wanted, asked: dict[str, Any]) -> Iterator[Cell]:
    """Yield the combinations that `asked`, the loaded grid, makes of a base.

    Raises Problem 422 for a price change that fits no offer, and for added offers that are none of the model's.
    """
    books = [(name, added, prices) for name, added in _books(base, wanted, asked) for prices in asked["prices"]]
    for factor, growth, (name, offers, prices) in product(asked["traffic_factors"], asked["growth_per_month"], books):
        materials = _changed(base, offers, prices["changes"], factor, growth)
        yield Cell(factor, materials.policy.horizon.growth_per_month, prices["name"], name, materials)


def count(asked: dict[str, Any]) -> int:
    """Return the number of combinations."""
    sizes = (len(asked[name]) for name in ("traffic_factors", "growth_per_month", "prices", "offers"))
    total = 1
    for size in sizes:
        total *= size
    return total


def require_fitting(base: Materials, inputs: Inputs, wanted: Wanted, asked: dict[str, Any]) -> None:
    """Raise Problem 422 for a price change that fits no offer at all, and for a sheet without offers of the model."""
    everything = [offer for _, offers in _books(base, wanted, asked) for offer in offers]
    idle = [
        FieldError(f"/prices/{i}/changes/{j}", "fits_nothing", "No offer fits this change; check mode, sku and term.")
        for i, prices in enumerate(asked["prices"])
        for j, change in enumerate(prices["changes"])
        if not any(PriceChange(**change).fits(offer) for offer in everything)
    ]
    strange = [
        FieldError(f"/offers/{i}/price_sheet", "no_offers", f"This sheet offers nothing for {inputs.model}.")
        for i, added in enumerate(asked["offers"])
        if added["price_sheet"] is not None and not _offers(added["price_sheet"], wanted)
    ]
    unsized = list(_unsized(wanted, asked))
    if idle or strange or unsized:
        raise invalid(*idle, *(unsized or strange))


def _unsized(wanted: Wanted, asked: dict[str, Any]) -> Iterator[FieldError]:
    """Yield the added offers of the model that no evaluation can size: sheets of a grid look no profile up."""
    for i, added in enumerate(asked["offers"]):
        for j, offer in enumerate([] if added["price_sheet"] is None else added["price_sheet"]["offers"]):
            if (
                is_of(offer, wanted.of(added["price_sheet"]))
                and offer["mode"] == "dedicated"
                and "capacity" not in offer
            ):
                detail = (
                    "State `capacity`: a price sheet inside scenarios looks no capacity profile up, and without it "
                )
                detail += "the offer would take no part. Or store the sheet and compare with an evaluation of it."
                yield FieldError(f"/offers/{i}/price_sheet/offers/{j}/capacity", "capacity_missing", detail)


def _offers(sheet: dict[str, Any], wanted: Wanted) -> tuple[Offer, ...]:
    return build_offers(sheet, wanted.of(sheet))


def _books(base: Materials, wanted: Wanted, asked: dict[str, Any]) -> Iterator[tuple[str, tuple[Offer, ...]]]:
    """Yield the offers to choose among: those there are, with those of a sheet added or put in their place."""
    for added in asked["offers"]:
        new = () if added["price_sheet"] is None else _offers(added["price_sheet"], wanted)
        replaced = {(offer.provider, offer.sku) for offer in new}
        kept = (offer for offer in base.offers if (offer.provider, offer.sku) not in replaced)
        yield added["name"], (*kept, *new)


def _changed(
    base: Materials, offers: Sequence[Offer], changes: Sequence[dict[str, Any]], factor: Decimal, growth: Decimal | None
) -> Materials:
    policy = replace(base.policy, traffic_factor=base.policy.traffic_factor * factor)
    if growth is not None:
        policy = replace(policy, horizon=replace(policy.horizon, growth_per_month=growth))
    return Materials(
        base.history, repriced(offers, [PriceChange(**change) for change in changes]), policy, base.remarks
    )
