"""The variance of a bill against what was expected, by cause, in cents that add up exactly.

Each line goes a path of quantities: expected, at the volume that came, at the mix that came, as billed; then from the
expected price to the billed one. A cause is the difference of two stages at the expected prices, its tiers included, so
that the causes of a line telescope to its variance whatever the figures are, and the lines add up to the whole.

docs/outcomes.md works an example through.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from itertools import pairwise

from service.outcomes.joining import TAXES, UNMETERED, Billed, Joined
from service.outcomes.plan import OVERFLOW, TOKENS, Expected, Kind, Plan, Traffic
from service.reports.purchase import to_cents
from service.workflow.bill import MONEY

CAUSES = (
    "volume", "mix", "overflow", "metering", "units", "price", "fees", "taxes_and_credits", "unexplained",
)  # fmt: skip
"""Causes in the order of the path."""

CENT = Decimal("0.01")

Stage = tuple[str, Fraction]
"""A cause, and what the line costs once it has had its effect."""


@dataclass(frozen=True)
class LineVariance:
    """One line. Money in cents: predicted + the sum of causes = billed. Quantities in its unit, None where unknown."""

    code: str
    sku: str
    unit: str
    predicted: Decimal
    billed: Decimal
    predicted_quantity: Decimal
    billed_quantity: Decimal | None
    unused: Decimal
    causes: dict[str, Decimal]


@dataclass(frozen=True)
class Variance:
    """All lines, and their sums. volume_factor: what came ÷ what was expected, None where it cannot be told."""

    lines: tuple[LineVariance, ...]
    volume_factor: Fraction | None

    @property
    def predicted(self) -> Decimal:
        """What was expected."""
        return sum((line.predicted for line in self.lines), Decimal(0))

    @property
    def billed(self) -> Decimal:
        """What was billed."""
        return sum((line.billed for line in self.lines), Decimal(0))

    @property
    def causes(self) -> dict[str, Decimal]:
        """The variance by cause: they add up to billed - predicted."""
        return {cause: sum((line.causes[cause] for line in self.lines), Decimal(0)) for cause in CAUSES}


def variance(plan: Plan, joined: Joined, came: Traffic | None) -> Variance:
    """Return the variance of bills against a plan. came: the traffic of the period, None where there is none."""
    lines = [*plan.lines, *_unplanned(plan, joined)]
    factor = volume_factor(plan, joined, came)
    paths = [list(_path(line, joined.lines.get(line.code), plan, came, factor)) for line in lines]
    predicted = _cents([path[0][1] for path in paths])
    billed = _cents([path[-1][1] for path in paths])
    found = (
        _line(line, joined.lines.get(line.code), path, first, last)
        for line, path, first, last in zip(lines, paths, predicted, billed, strict=True)
    )
    return Variance(tuple(found), factor)


def volume_factor(plan: Plan, joined: Joined, came: Traffic | None) -> Fraction | None:
    """Return what came ÷ what was expected: requests, else tokens, else the tokens that were billed by use."""
    if came is not None:
        if came.requests is not None and plan.traffic.requests:
            return came.requests / plan.traffic.requests
        return came.tokens / plan.traffic.tokens if plan.traffic.tokens else None
    metered = [line for line in plan.lines if line.kind == "use" and line.unit == TOKENS]
    billed = [joined.lines[line.code].quantity if line.code in joined.lines else Fraction(0) for line in metered]
    expected = sum((line.quantity for line in metered), Fraction(0))
    if not expected or any(quantity is None for quantity in billed):
        return None
    return sum((quantity for quantity in billed if quantity is not None), Fraction(0)) / expected


def _unplanned(plan: Plan, joined: Joined) -> Iterator[Expected]:
    """Yield lines of which nothing was expected and something was billed."""
    known = {line.code for line in plan.lines}
    for code in sorted(set(joined.lines) - known):
        kind: Kind = "overflow" if code.startswith(OVERFLOW) else "fee" if code in (TAXES, UNMETERED) else "use"
        sku = "" if code == TAXES else plan.serverless or plan.dedicated or ""
        yield Expected(code, kind, sku, "", ((Fraction(0), Fraction(0)),))


def _path(
    line: Expected, billed: Billed | None, plan: Plan, came: Traffic | None, factor: Fraction | None
) -> Iterator[Stage]:
    """Yield the stages of a line, the expected one first, the billed one last."""
    billed = billed or Billed()
    yield "", line.amount
    if line.code in (TAXES, UNMETERED):
        yield ("taxes_and_credits" if line.code == TAXES else "unexplained"), billed.amount
    elif line.kind == "fee":
        yield "fees", billed.amount
    elif billed.quantity is None:
        yield "unexplained", billed.amount
    elif not line.quantity:
        yield {"use": "mix", "overflow": "overflow"}.get(line.kind, "units"), billed.amount
    elif line.kind == "capacity":
        yield from (("units", line.cost(billed.quantity)), ("price", billed.amount))
    else:
        yield from _used(line, billed.quantity, plan, came, factor)
        yield "price", billed.amount


def _used(
    line: Expected, billed: Fraction, plan: Plan, came: Traffic | None, factor: Fraction | None
) -> Iterator[Stage]:
    """Yield the stages of what is paid by use: volume, mix, then what of it overflowed or was metered otherwise."""
    last = "overflow" if line.kind == "overflow" else "metering" if came is not None else "mix"
    if factor is not None and (came is not None or line.kind == "use"):
        yield "volume", line.cost(line.quantity * factor)
    mixed = None if came is None else _mixed(line, plan, came)
    if mixed is not None:
        yield "mix", line.cost(mixed)
    yield last, line.cost(billed)


def _mixed(line: Expected, plan: Plan, came: Traffic) -> Fraction | None:
    """Return the expected share of a meter of the traffic that came; None where traffic does not tell the meter."""
    expected = plan.traffic.quantity(line.meter, cached_apart=plan.cached_apart)
    actual = came.quantity(line.meter, cached_apart=plan.cached_apart)
    if not expected or actual is None:
        return None
    return line.quantity / expected * actual


def _line(
    line: Expected, billed: Billed | None, path: Sequence[Stage], predicted: Decimal, last: Decimal
) -> LineVariance:
    values = [predicted, *(_cent(value) for _, value in path[1:-1]), last]
    causes = dict.fromkeys(CAUSES, Decimal("0.00"))
    for (before, after), (cause, _) in zip(pairwise(values), path[1:], strict=True):
        causes[cause] += after - before
    billed = billed or Billed()
    quantity = None if billed.quantity is None else decimal_of(billed.quantity)
    return LineVariance(
        line.code,
        line.sku,
        line.unit,
        predicted,
        last,
        decimal_of(line.quantity),
        quantity,
        _cent(billed.unused),
        causes,
    )


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a decimal, to six places where it does not end."""
    exact = MONEY.divide(Decimal(value.numerator), Decimal(value.denominator))
    return exact.quantize(Decimal("1E-6"), ROUND_HALF_EVEN, context=MONEY)


def _cents(values: Sequence[Fraction]) -> list[Decimal]:
    """Return amounts in cents that add up to the cents of their sum."""
    exact = [MONEY.divide(Decimal(value.numerator), Decimal(value.denominator)) for value in values]
    total = sum(values, Fraction(0))
    return to_cents(exact, MONEY.divide(Decimal(total.numerator), Decimal(total.denominator)))


def _cent(value: Fraction) -> Decimal:
    return MONEY.divide(Decimal(value.numerator), Decimal(value.denominator)).quantize(CENT, context=MONEY)
