"""Where a choice flips: options as straight lines over one factor, and the factor nearest to 1 that changes it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.workflow.decide.rule import choose

GRID = 96
"""Factors tried on each side of 1 where the present answer moves too, evenly spaced in the logarithm."""

REACH = 1000.0
"""Factors looked at: 0, and 1 ÷ REACH to REACH."""

BELOW = (*(Decimal(repr(REACH ** (-i / GRID))) for i in range(1, GRID + 1)), Decimal(0))
ABOVE = tuple(Decimal(repr(REACH ** (i / GRID))) for i in range(1, GRID + 1))

HALVINGS = 40
"""Bisection steps: a change is narrowed down to more digits than are shown."""

NUDGE = Decimal("1E-12")
"""How far beside a crossing, as a share of the way, the answer is looked at to see that it changes there."""


@dataclass(frozen=True, slots=True)
class Line:
    """An option's adjusted total as `base + slope × factor`, slope ≥ 0; `group` says which answer it stands for."""

    key: str
    group: str
    family: int
    base: Decimal
    slope: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Point:
    """A line at one factor, as the decision rule sees it."""

    key: str
    group: str
    family: int
    adjusted: Decimal


@dataclass(frozen=True, slots=True)
class Flip:
    """The answer changes at `factor`: from the line `before` (nearer to 1) to the line `after`."""

    factor: Decimal
    before: Point
    after: Point


@dataclass(frozen=True, slots=True)
class Rule:
    """The decision rule over lines, with its policy's margin and incumbent."""

    lines: Sequence[Line]
    margin: Decimal
    incumbent: str | None

    def at(self, factor: Decimal) -> Point:
        """Return the line chosen at a factor."""
        points = [Point(line.key, line.group, line.family, line.base + line.slope * factor) for line in self.lines]
        chosen = choose(points, self.margin, self.incumbent)
        assert chosen is not None
        return chosen


def flips(rule: Rule) -> Iterator[Flip]:
    """Yield the nearest change below 1, then the nearest above.

    Where the present answer does not move, lower factors only ever help the others: the answer changes at most
    once below 1, so looking at 0 is enough to know whether, and never above. An incumbent that moves may let others in.
    """
    now = rule.at(Decimal(1))
    moves = any(line.slope for line in rule.lines if line.group == now.group or line.key == rule.incumbent)
    sides: tuple[tuple[Decimal, ...], ...] = (BELOW, ABOVE) if moves else ((Decimal(0),),)
    for factors in sides:
        flip = _first_change(rule, now, factors)
        if flip is not None:
            yield flip


def _first_change(rule: Rule, now: Point, factors: Sequence[Decimal]) -> Flip | None:
    near, before = Decimal(1), now
    for factor in factors:
        then = rule.at(factor)
        if then.group != now.group:
            return _narrow(rule, Flip(near, before, before), Flip(factor, before, then))
        near, before = factor, then
    return None


def _narrow(rule: Rule, near: Flip, far: Flip) -> Flip:
    """Find the change between a factor with the present answer and one without; return the changed side.

    It is where one line meets another, or the margin of it: those crossings are tried first, and bisection where
    none of them is the change.
    """
    for factor in _crossings(rule, near, far):
        beside = factor + (near.factor - factor) * NUDGE
        then, before = rule.at(factor + (factor - beside)), rule.at(beside)
        if then.group != near.before.group and before.group == near.before.group:
            return Flip(factor, before, then)
    for _ in range(HALVINGS):
        middle = (near.factor + far.factor) / 2
        then = rule.at(middle)
        if then.group == near.before.group:
            near = Flip(middle, then, then)
        else:
            far = Flip(middle, near.before, then)
    return Flip(far.factor, near.before, far.after)


def _crossings(rule: Rule, near: Flip, far: Flip) -> list[Decimal]:
    """Return the factors between two at which the lines chosen there meet, as they are or with the margin."""
    lines = {line.key: line for line in rule.lines}
    a, b = lines[near.before.key], lines[far.after.key]
    found = []
    for share in (Decimal(1), 1 - rule.margin, 1 / (1 - rule.margin) if rule.margin < 1 else Decimal(1)):
        slope = b.slope - share * a.slope
        if slope:
            factor = (share * a.base - b.base) / slope
            if min(near.factor, far.factor) < factor < max(near.factor, far.factor):
                found.append(factor)
    return found
