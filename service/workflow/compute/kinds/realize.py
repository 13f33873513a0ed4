"""Realize: one named option, exactly, on any case: an incumbent, or a choice paid for on later traffic."""

from collections.abc import Sequence

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.kinds import RESERVED_KINDS
from service.workflow.compute.kinds.serverless import Alone
from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.option_key import OptionKey
from service.workflow.options import Option, Reservation


def realize(case: Case, key: str, offers: Sequence[Offer]) -> Option | None:
    """Return the option that `key` names, replayed on the case; None where nothing of exactly that name is sold."""
    option = _option(case, key, offers)
    return option if option is not None and option.key == key else None


def _option(case: Case, key: str, offers: Sequence[Offer]) -> Option | None:
    named = OptionKey.parse(key)
    if named is None:
        return None
    offer = next((o for o in offers if isinstance(o, Serverless) and o.sku == named.serverless), None)
    if named.label is None:
        return None if offer is None else _serverless(case, offer, named.warm)
    reservation = None if named.units is None else _reservation(named, named.units, offers)
    if reservation is None:
        return None
    return RESERVED_KINDS[named.mode].named(case, named, reservation, offer)


def _reservation(named: OptionKey, units: int, offers: Sequence[Offer]) -> Reservation | None:
    sold = (offer for offer in offers if isinstance(offer, Dedicated) and _sells(offer, units, named.second))
    found = (Reservation(offer.with_second(named.second), rate, units) for offer in sold for rate in offer.rates)
    return next((reservation for reservation in found if reservation.label == named.label), None)


def _sells(offer: Dedicated, units: int, second: int) -> bool:
    """Tell whether so many units are on offer, and of an axis bought apart so many of its own, 0 without one."""
    apart = None if offer.apart is None else offer.apart.apart
    others = second == 0 if apart is None else apart.at_least(second) == second
    return others and offer.units.at_least(units) == units


def _serverless(case: Case, offer: Serverless, warm: int) -> Option | None:
    if warm and offer.warm_pool is None:
        return None
    return Alone(case, offer, warm).option()
