"""Caveats: what a recommendation must not be followed without having read."""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.workflow.compare.compare import Comparison
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.replacement import replacements
from service.workflow.compute.kinds.serverless import FELT
from service.workflow.compute.metrics import misses_target
from service.workflow.compute.terms import Running
from service.workflow.decide.reason import Reason, money
from service.workflow.offers import ColdStart, Dedicated, Offer
from service.workflow.options import ExpectedCost, Option, eligible
from service.workflow.rates import Rate
from service.workflow.rule import choose, margins_of
from service.workflow.traffic import DAY

IMPLAUSIBLE = 20
"""Times cheaper than the same work by any other offer from which a price is taken for a slip of the pen."""

MOST_MONTHS = 120
"""Months that growth is followed."""


def caveats(case: Case, chosen: Option, options: Sequence[Option], comparison: Comparison) -> tuple[Reason, ...]:
    """Return what must be read first, the gravest first."""
    return (
        *_latency_unknown(case, chosen),
        *_target_missed(case, chosen, options),
        *_implausible_price(chosen, options),
        *_no_fallback(case, chosen, options),
        *_running(case, chosen, options),
        *_bound(case, chosen),
        *_cold_starts(case, chosen, options),
        *_growth(case, comparison),
    )


def _latency_unknown(case: Case, chosen: Option) -> Iterator[Reason]:
    if case.target is None or (chosen.figures is not None and chosen.figures.slow_share is not None):
        return
    sold = [chosen.serverless, None if chosen.reservation is None else chosen.reservation.offer]
    silent = sorted(offer.sku for offer in sold if offer is not None and not _states_speed(offer))
    sentence = (
        f"Nobody knows whether it meets the target of {case.policy.latency.target_ms:g} ms: its latency is unknown. "
        f"Give {' and '.join(silent) or 'its offers'} a `speed`, or measure it before you rely on it."
    )
    yield Reason("latency_unknown", (("target_ms", case.policy.latency.target_ms or 0.0),), sentence)


def _states_speed(offer: Offer) -> bool:
    return offer.speed is not None or (isinstance(offer, Dedicated) and offer.capacity.states_speed)


def _target_missed(case: Case, chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Say that a target which is neither strict nor priced is missed, and what meeting it would cost."""
    if case.latency_is_priced or not misses_target(case, chosen.figures):
        return
    assert chosen.figures is not None
    share, latency = chosen.figures.slow_share or 0.0, case.policy.latency
    sentence = (
        f"It misses the target: {share:.1%} of requests take longer than {latency.target_ms:g} ms "
        f"({latency.metric.replace('_', ' ')}), {100 - latency.percentile:g}% may. "
    )
    known = (o for o in eligible(options) if o.figures is not None and o.figures.slow_share is not None)
    meeting = min((o for o in known if not misses_target(case, o.figures)), key=lambda o: o.expected, default=None)
    if meeting is None:
        sentence += "Nothing that is on offer, and of which latency is known, meets it."
    else:
        sentence += f"{meeting.key} meets it for {money(meeting.expected - chosen.expected)} a month more."
    sentence += " Set `latency.strict`, or a value of slow requests, to have that decide."
    numbers = (
        ("target_ms", latency.target_ms or 0.0),
        ("slow_share", share),
        ("option", meeting.key if meeting else ""),
    )
    yield Reason("target_missed", numbers, sentence)


def _implausible_price(chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Doubt an option that costs a fraction of what its work does by every other offer."""
    others = [o for o in eligible(options) if not _offers(o) & _offers(chosen)]
    best = min((_of_work(option) for option in others), default=None)
    if best is None or best < IMPLAUSIBLE * chosen.expected or not best:
        return
    times = float(best / chosen.expected) if chosen.expected else math.inf
    least = f"1 part in {times:,.0f} of what the same work does by any other offer"
    if not chosen.expected:
        least = "nothing, and the same work does cost money by any other offer"
    sentence = (
        f"It costs {least}. A slip in the sheet is likelier than such a "
        f"price: check {' and '.join(sorted(_offers(chosen)))} against its source."
    )
    yield Reason("implausible_price", (("times_cheaper", times if math.isfinite(times) else 0.0),), sentence)


def _of_work(option: Option) -> Decimal:
    """Return what an option costs without the idle part of its units: little traffic leaves any unit idle."""
    cost, busy = option.expected_cost, None if option.figures is None else option.figures.utilization
    if busy is None:
        return cost.total
    return cost.total - (cost.reserved + cost.upfront + cost.running) * (1 - Decimal(str(busy)))


def _offers(option: Option) -> set[str]:
    sold = (option.serverless, None if option.reservation is None else option.reservation.offer)
    return {offer.sku for offer in sold if offer is not None}


def _no_fallback(case: Case, chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Say that nobody is served while units are down, what that counts as, and what serving them would cost."""
    hours = case.policy.hybrid.outage_hours_per_month
    if not hours or not chosen.loses:
        return
    lost = float(case.requests_per_month(case.replayed[0]) * case.outage_share)
    requests = f"{lost:,.0f} requests" if case.has_requests else "the requests"
    found = replacements(case)
    priced = f"what {found[0].offer.sku} would charge for them" if found else "their share of the bill"
    slow = " and what slow ones cost" if case.latency_value(case.replayed[0]) else ""
    sentence = (
        f"Nobody is served in the {hours:f} hours a month in which its units are down: {requests} are lost, counted as "
        f"{money(chosen.outage_value)} a month, {priced}{slow}."
    )
    backed = min((o for o in eligible(options) if o.spills), key=lambda o: o.expected, default=None)
    if backed is not None:
        more = backed.expected - chosen.expected
        sentence += f" {backed.key} serves them on {backed.serverless.sku if backed.serverless else 'serverless'}"
        price = f"{money(abs(more))} a month {'more' if more > 0 else 'less'}" if more else "the same money"
        sentence += f" for {price}; set a value of slow requests if they are worth more to you."
    numbers = (("hours", hours), ("lost", lost), ("option", "" if backed is None else backed.key))
    yield Reason("no_fallback", numbers, sentence, chosen.outage_value)


def _running(case: Case, chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Say what is owed for commitments that still run, and what would be right once they have ended."""
    running = case.terms.running
    if not running:
        return
    owed = case.terms.owed
    until = " and ".join(_of_running(entry) for entry in running)
    sentence = f"{money(owed)} a month is owed whatever you choose: {until}."
    free = eligible(options)
    after = choose([_Freed(o, case) for o in free], margins_of(case.policy))
    if after is not None and after.key != chosen.key:
        ends = [entry.months_left for entry in running]
        when = "when it has ended" if None in ends else f"in {max(e or 0 for e in ends)} months, when it has ended"
        sentence += f" Stay with {chosen.key} until then; {when}, {after.key} is right."
    if any(entry.months_left is None for entry in running):
        sentence += " How long it still runs was not said: state it in `commitments`, with 0 months left if it is over."
    numbers = (("owed", owed), ("after", chosen.key if after is None else after.key))
    yield Reason("commitment_running", numbers, sentence, owed)


def _of_running(entry: Running) -> str:
    units, label = entry.reservation.units, entry.reservation.label
    left = "for a term that still runs" if entry.months_left is None else f"for {entry.months_left} months more"
    second = f" + {entry.reservation.second_units}" if entry.reservation.second_units else ""
    return f"{units}{second} x {label} {left}"


class _Freed:
    """An option as it will cost when what runs now has ended."""

    def __init__(self, option: Option, case: Case) -> None:
        """Price an option without running commitments."""
        self.key = option.key
        self.family = option.family if option.reservation is None else _family(option)
        self.expected = _freed(option.expected_cost, option, case)


def _family(option: Option) -> int:
    assert option.reservation is not None
    return max(option.family, option.reservation.family) if option.reservation.rate.is_committed else option.family


def _freed(cost: ExpectedCost, option: Option, case: Case) -> Decimal:
    if option.reservation is None or option.follows_load:
        return cost.total - case.terms.owed
    own = case.terms.without_running().total(option.reservation)
    return cost.total - cost.reserved - cost.upfront - case.terms.owed + own


def _bound(case: Case, chosen: Option) -> Iterator[Reason]:
    """Say what a new commitment makes payable, against how long the traffic was seen."""
    reservation = chosen.reservation
    if reservation is None or not reservation.rate.is_committed:
        return
    new = reservation.units - case.terms.covered(reservation)
    second = reservation.second_units - case.terms.covered_second(reservation)
    if not new and not second:
        return
    rate, term = reservation.rate, reservation.rate.months
    payable = new * rate.upfront + rate.monthly_of(new, second) * term.numerator / term.denominator
    days = (case.profile.end_us - case.profile.start_us) / DAY
    seen = "less than a day" if days < 1 else f"{days:,.0f} day{'s' if round(days) > 1 else ''}"
    sentence = (
        f"It binds: {money(payable)} is payable until the earliest exit in {_length(rate)}, whatever the traffic does "
        f"then; the traffic was seen for {seen}."
    )
    yield Reason("commitment_binds", (("payable", payable), ("months", float(term)), ("days_seen", days)), sentence)


def _length(rate: Rate) -> str:
    number, unit = (rate.term_days, "day") if rate.term_days else (rate.term_months, "month")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _cold_starts(case: Case, chosen: Option, options: Sequence[Option]) -> Iterator[Reason]:
    """Say of cold starts that people will feel how many there are, how long they last and what avoids them."""
    figures, cold = chosen.figures, _cold_start(chosen)
    requests = float(case.requests_per_month(case.replayed[0]))
    if figures is None or cold is None or not requests or figures.cold_starts_per_month < FELT * requests:
        return
    starts = figures.cold_starts_per_month
    waited = (
        "" if figures.first_token is None else f"; half of all wait {figures.first_token.p50 / 1000:,.1f} s or more"
    )
    sentence = (
        f"{starts:,.0f} cold starts a month, of {cold.start_seconds:g} s each, for {requests:,.0f} requests{waited}."
    )
    pools = (o for o in options if o.eligible and o.serverless == chosen.serverless)
    larger = (o for o in pools if o.warm_instances > chosen.warm_instances and _starts(o) < FELT * requests)
    warm = min(larger, key=lambda o: o.warm_instances, default=None)
    if warm is not None:
        more = money(warm.expected - chosen.expected)
        pool = "A warm instance avoids" if warm.warm_instances == 1 else f"{warm.warm_instances} warm instances avoid"
        sentence += f" {pool} {'them' if not _starts(warm) else 'most'} for {more} a month more: {warm.key}."
    yield Reason("cold_starts", (("cold_starts", starts), ("start_seconds", cold.start_seconds)), sentence)


def _starts(option: Option) -> float:
    return 0.0 if option.figures is None else option.figures.cold_starts_per_month


def _cold_start(option: Option) -> ColdStart | None:
    return None if option.serverless is None or option.spills else option.serverless.cold_start


def _growth(case: Case, comparison: Comparison) -> Iterator[Reason]:
    """Say when the answer changes if traffic grows, or shrinks, as the policy states."""
    growth = float(case.policy.horizon.growth_per_month)
    if not growth:
        return
    side = "above" if growth > 0 else "below"
    flip = next((p for p in comparison.flip_points if p.kind == "traffic" and p.direction == side), None)
    if flip is None:
        sentence = (
            f"At {growth * 100:+.3g}% a month no other answer was found up to a change of traffic by a factor of 32."
        )
        yield Reason("growth", (("growth_per_month", growth),), sentence)
        return
    factor = float(flip.value / flip.current)
    months = math.ceil(math.log(factor) / math.log1p(growth))
    if months > MOST_MONTHS:
        return
    sentence = (
        f"At {growth * 100:+.3g}% a month the answer changes to {flip.to} in month {months}, "
        f"at {factor:.3g} times the traffic."
    )
    yield Reason("growth", (("month", months), ("factor", factor), ("option", flip.to)), sentence)
