"""Realize: one named option, exactly, on any case: an incumbent, or a choice paid for on later traffic."""

from collections.abc import Sequence

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.hybrid import Overflow, hybrid_key, hybrid_option
from service.workflow.compute.kinds.replay_specs import AutoscaledProbe, QueueProbe, SpillProbe
from service.workflow.compute.kinds.reserved import Served, autoscaled_option, dedicated_option
from service.workflow.compute.kinds.serverless import Alone
from service.workflow.compute.search.candidates import default_streams, most_streams
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer, Serverless
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
    if named.mode == "hybrid":
        return None if offer is None else _hybrid(case, reservation, offer, named.threshold)
    if named.mode == "autoscaled":
        return _autoscaled(case, reservation, named.minimum or 0)
    return _dedicated(case, reservation)


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


def _dedicated(case: Case, reservation: Reservation) -> Option:
    capacity = reservation.offer.capacity
    if isinstance(capacity, ConcurrencyCapacity):
        return dedicated_option(case, reservation, Served(case, QueueProbe(capacity, reservation.units).run(case)))
    probe = SpillProbe(capacity, reservation.units, 0, reservation.offer.speed)
    return dedicated_option(case, reservation, Served(case, probe.run(case)))


def _autoscaled(case: Case, reservation: Reservation, minimum: int) -> Option | None:
    offer, scaling = reservation.offer, reservation.offer.autoscale
    rate = reservation.rate
    if scaling is None or rate.hourly is None or not isinstance(offer.capacity, ConcurrencyCapacity):
        return None
    if rate.is_committed or rate.per_hours > 1 or not scaling.minimum <= minimum <= reservation.units:
        return None
    start = offer.start_seconds or 0.0
    probe = AutoscaledProbe(
        offer.capacity, minimum, reservation.units, start, scaling.idle_seconds, rate.billing_seconds
    )
    return autoscaled_option(case, reservation, minimum, probe.run(case))


def _hybrid(case: Case, reservation: Reservation, serverless: Serverless, streams: int | None) -> Option | None:
    offer = reservation.offer
    default = default_streams(case, offer, reservation.units)
    threshold = streams or default
    if not min(1, default) <= threshold <= most_streams(offer, reservation.units):
        return None
    reserved = SpillProbe(offer.capacity, reservation.units, threshold, offer.speed).run(case)
    key = hybrid_key(reservation, threshold, default, serverless)
    return hybrid_option(case, reservation, key, threshold, Overflow(case, serverless, reserved))
