"""What a key of an option names of what is on offer: its serverless offer, its reservation."""

from collections.abc import Sequence

from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.option_key import OptionKey
from service.workflow.options import Reservation


def serverless_of(key: OptionKey, offers: Sequence[Offer]) -> Serverless | None:
    """Return the serverless offer that a key names, None where it is not sold."""
    return next((o for o in offers if isinstance(o, Serverless) and o.sku == key.serverless), None)


def reservation_of(key: OptionKey, offers: Sequence[Offer]) -> Reservation | None:
    """Return the reservation that a key names: so many units at a rate; None where nothing is sold that way."""
    units = key.units
    if key.label is None or units is None:
        return None
    sold = (offer for offer in offers if isinstance(offer, Dedicated) and _sells(offer, units, key.second))
    found = (Reservation(offer.with_second(key.second), rate, units) for offer in sold for rate in offer.rates)
    return next((reservation for reservation in found if reservation.label == key.label), None)


def _sells(offer: Dedicated, units: int, second: int) -> bool:
    """Tell whether so many units are on offer, and of an axis bought apart so many of its own, 0 without one."""
    apart = None if offer.apart is None else offer.apart.apart
    others = second == 0 if apart is None else apart.at_least(second) == second
    return others and offer.units.at_least(units) == units
