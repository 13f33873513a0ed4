"""What an option was expected to cost over a period: the lines of its bill, each with what its price does to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Literal

from service.outcomes.periods import Period
from service.workflow.bill import RESERVED_UNITS, SECOND_UNITS, is_ordered
from service.workflow.document import Answer
from service.workflow.document.encoding import ShownMoney, known
from service.workflow.document.measurement import Measurement
from service.workflow.document.options import AnsweredOption, BillLine

Kind = Literal["use", "overflow", "capacity", "fee"]

OVERFLOW = "overflow_"
CAPACITY = "capacity"
RESERVED = ("running_units", *RESERVED_UNITS)
TOKENS = "tokens"


@dataclass(frozen=True)
class Expected:
    """One line as it was expected over a period. Quantities are in single `unit`s of the whole period.

    tiers: (quantity, unit price) of each part of the quantity; what goes beyond them pays the last price.
    """

    code: str
    kind: Kind
    sku: str
    unit: str
    tiers: tuple[tuple[Fraction, Fraction], ...]

    @property
    def meter(self) -> str:
        """What it meters."""
        return self.code.removeprefix(OVERFLOW)

    @property
    def quantity(self) -> Fraction:
        """How much was expected."""
        return sum((quantity for quantity, _ in self.tiers), Fraction(0))

    @property
    def amount(self) -> Fraction:
        """What it was expected to cost."""
        return self.cost(self.quantity)

    def cost(self, quantity: Fraction) -> Fraction:
        """Return what a quantity costs at the expected prices: each tier its part, the last one all that is beyond."""
        cost, left = Fraction(0), quantity
        for index, (size, price) in enumerate(self.tiers):
            part = left if index == len(self.tiers) - 1 else min(left, size)
            cost += part * price
            left -= part
        return cost


@dataclass(frozen=True)
class Traffic:
    """How much came in a period. requests: None where only tokens were recorded. input_tokens: cached included."""

    requests: Fraction | None
    input_tokens: Fraction
    cached_input_tokens: Fraction
    output_tokens: Fraction

    @property
    def tokens(self) -> Fraction:
        """Tokens read and written."""
        return self.input_tokens + self.output_tokens

    def quantity(self, meter: str, *, cached_apart: bool) -> Fraction | None:
        """Return how much of a meter came; None where traffic does not tell it."""
        if meter == "input_tokens":
            return self.input_tokens - (self.cached_input_tokens if cached_apart else 0)
        known = {
            "cached_input_tokens": self.cached_input_tokens,
            "output_tokens": self.output_tokens,
            "requests": self.requests,
        }
        return known.get(meter)


@dataclass(frozen=True)
class Plan:
    """An option over a period. own_costs: what no provider bills, by code. low, high: the interval's ends, or None."""

    currency: str
    mode: str
    serverless: str | None
    dedicated: str | None
    period: Period
    lines: tuple[Expected, ...]
    own_costs: dict[str, Fraction]
    traffic: Traffic
    low: Fraction | None
    high: Fraction | None

    @property
    def cached_apart(self) -> bool:
        """Whether cached input has a price of its own."""
        return any(line.meter == "cached_input_tokens" for line in self.lines)


def plan_of(answer: Answer, key: str, period: Period) -> Plan | None:
    """Return what one of an answer's options was expected to cost; None where it has no bill."""
    option = next((one for one in answer.options if one.key == key), None)
    if option is None or option.ruled_out:
        return None
    own: dict[str, Fraction] = {}
    for line in option.bill:
        if not is_ordered(line.code):
            own[line.code] = own.get(line.code, Fraction(0)) + Fraction(line.amount) * _months(line, period)
    ends = known(option.interval)
    return Plan(
        currency=option.monthly_cost.currency,
        mode=option.mode,
        serverless=option.serverless,
        dedicated=option.dedicated,
        period=period,
        lines=tuple(_lines(option, period)),
        own_costs=own,
        traffic=expected_traffic(answer.measurement, period),
        low=None if ends is None else _end(ends.low, own, period),
        high=None if ends is None else _end(ends.high, own, period),
    )


def expected_traffic(measurement: Measurement, period: Period) -> Traffic:
    """Return the traffic that was measured, at its rate over the hours of the period."""
    factor = Fraction(period.hours) / Fraction(str(measurement.hours_observed))
    totals = asdict(measurement.totals)
    found = {name: None if value is None else Fraction(str(value)) * factor for name, value in totals.items()}
    zero = Fraction(0)
    return Traffic(
        found["requests"],
        found["input_tokens"] or zero,
        found["cached_input_tokens"] or zero,
        found["output_tokens"] or zero,
    )


def _lines(option: AnsweredOption, period: Period) -> Iterator[Expected]:
    reserved = [line for line in option.bill if line.code in (*RESERVED, "upfront")]
    if reserved:
        yield _capacity(reserved, option, period)
    grouped: dict[str, list[BillLine]] = {}
    for line in option.bill:
        if line not in reserved and is_ordered(line.code):
            grouped.setdefault(line.code, []).append(line)
    for code, lines in grouped.items():
        yield _line(code, lines, option, period)


def _capacity(lines: Sequence[BillLine], option: AnsweredOption, period: Period) -> Expected:
    """Return used and idle units as one line, at what one costs with its part of the upfront.

    Units of a second kind, bought apart, are a part of what the first ones cost.
    """
    counted = [line for line in lines if line.code != "upfront" and not line.code.startswith(SECOND_UNITS)]
    quantity = sum((Fraction(line.quantity) * _months(line, period) for line in counted), Fraction(0))
    amount = sum((Fraction(line.amount) * _months(line, period) for line in lines), Fraction(0))
    price = amount / quantity if quantity else Fraction(0)
    return Expected(CAPACITY, "capacity", option.dedicated or "", counted[0].unit, ((quantity, price),))


def _line(code: str, lines: Sequence[BillLine], option: AnsweredOption, period: Period) -> Expected:
    meter = code.removeprefix(OVERFLOW)
    kind: Kind = "overflow" if code.startswith(OVERFLOW) else "use"
    if meter in ("monthly_minimum", "hourly_fee"):
        kind = "fee"
    elif meter == "warm_instances":
        kind = "capacity"
    tiers = tuple(
        (Fraction(line.quantity) * _months(line, period), Fraction(line.unit_price) / line.per) for line in lines
    )
    return Expected(code, kind, option.serverless or "", lines[0].unit, tiers)


def _months(line: BillLine, period: Period) -> Fraction:
    """Return the months of the period as the line's unit has them."""
    by_calendar = line.unit in ("months", "unit_months", "units")
    return period.calendar_months if by_calendar else period.months_of_use


def _end(end: ShownMoney, own: Mapping[str, Fraction], period: Period) -> Fraction:
    return Fraction(end.amount) * period.months_of_use - sum(own.values(), Fraction(0))
