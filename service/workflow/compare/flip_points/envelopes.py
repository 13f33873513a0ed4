"""Where a choice flips: totals as lines over one factor, and the factor nearest to 1 at which the answer changes.

A bill is a straight line in one of its prices, bent where a monthly minimum takes over. Between bends the cheapest of
a family is a lower envelope of lines, and the decision rule compares families at their envelopes alone. So the answer
can only change where an envelope turns or where one meets another's share by the margin: these cuts are worked out
exactly, and the answer is looked at once between each two.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter
from typing import Literal, NamedTuple

from service.workflow.rule import Margins, margin_of, walked

REACH = Decimal(10)
"""Factors looked at: a tenth to ten times. What changes the answer only beyond is no figure to negotiate with."""

Side = Literal["below", "above"]

SIDES: tuple[Side, Side] = ("below", "above")


@dataclass(frozen=True, slots=True)
class Hinge:
    """A bill with a minimum, `max(base + slope × factor, least)`, slope ≥ 0."""

    base: Decimal
    slope: Decimal
    least: Decimal

    def at(self, factor: Decimal) -> Decimal:
        """Return the bill at a factor."""
        return max(self.base + self.slope * factor, self.least)

    @property
    def bend(self) -> Decimal | None:
        """The factor at which the minimum takes over; None where it always or never does."""
        return (self.least - self.base) / self.slope if self.slope else None

    def straight(self, factor: Decimal) -> tuple[Decimal, Decimal]:
        """Return base and slope around a factor; of a bend, on its flat side."""
        above = self.base + self.slope * factor > self.least
        return (self.base, self.slope) if above else (self.least, Decimal(0))


class Line(NamedTuple):
    """A way's expected total over the factor: `base + slope × factor` and its hinges, slope ≥ 0.

    group: the answer it stands for. known: False where it is only a lower limit. way: where to find the way again.
    """

    key: str
    group: str
    family: int
    base: Decimal
    slope: Decimal = Decimal(0)
    hinges: tuple[Hinge, ...] = ()
    known: bool = True
    way: int = -1

    @property
    def moves(self) -> bool:
        """Whether the total depends on the factor."""
        return bool(self.slope or self.hinges)

    def at(self, factor: Decimal) -> Decimal:
        """Return the total at a factor."""
        return self.straight(factor).at(factor)

    def point(self, expected: Decimal) -> "Point":
        """Return the line where its total is `expected`."""
        return Point(self.key, self.family, expected, self)

    def straight(self, factor: Decimal) -> "Piece":
        """Return the line as it runs around a factor."""
        base, slope = self.base, self.slope
        for hinge in self.hinges:
            added = hinge.straight(factor)
            base, slope = base + added[0], slope + added[1]
        return Piece(base, slope, self)


class Piece(NamedTuple):
    """A line between two bends, `base + slope × factor`."""

    base: Decimal
    slope: Decimal
    line: Line

    def at(self, factor: Decimal) -> Decimal:
        """Return the total at a factor."""
        return self.base + self.slope * factor

    def meets(self, other: "Piece", share: Decimal) -> Decimal | None:
        """Return the factor at which this is `share` of the other; None where the two run alike."""
        slope = self.slope - share * other.slope
        return (share * other.base - self.base) / slope if slope else None


class Point(NamedTuple):
    """A line at one factor, as the decision rule sees it: with the name and the family of its way."""

    key: str
    family: int
    expected: Decimal
    line: Line


@dataclass(frozen=True, slots=True)
class Flip:
    """The answer changes at `factor`: from the line `before` (nearer to 1) to the line `after`."""

    factor: Decimal
    before: Line
    after: Line


Envelope = list[tuple[Decimal, Piece]]
"""The least of some pieces over a stretch: each with the factor from which on it is, rising."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The decision rule over lines, with its policy's margins and incumbent."""

    margins: Margins
    incumbent: str | None = None

    def first_change(self, lines: Sequence[Line], side: Side, now: Line) -> tuple[Flip | None, set[int]]:
        """Return the nearest change of the answer `now` on one side of 1, None where there is none within reach.

        And where to find the ways again that it rests on and of which only a lower limit is known: those that stood
        until there, and those in the way of what would stand without them.
        """
        if not any(line.moves for line in lines):
            return None, self._rests_on(line.point(line.base) for line in lines)[1]
        limits = _limits([now])
        for low, high in _stretches(lines, side):
            families, own = _envelopes([line.straight((low + high) / 2) for line in lines], low, high, self.incumbent)
            for near, far in self._cuts(families, own, low, high, side):
                chosen, unknown = self._rests_on(_points([*families, *own], near, far))
                limits |= unknown
                if chosen.group != now.group:
                    return Flip(near, now, chosen), limits
                now = chosen
        return None, limits

    def standing(self, lines: Sequence[Line]) -> Line:
        """Return the line chosen at 1."""
        return self._rests_on(line.point(line.at(Decimal(1))) for line in lines)[0]

    def _rests_on(self, points: Iterable[Point]) -> tuple[Line, set[int]]:
        """Return the chosen line, and the ways that it rests on of which only a lower limit is known.

        Of an incumbent several ways, its cheapest counts.
        """
        stood: list[Line] = []
        in_the_way: list[Line] = []
        for point, before in walked(sorted(points, key=attrgetter("expected")), self.margins, self.incumbent):
            if before is None:
                stood.append(point.line)
                in_the_way.clear()  # what stood in the way of an earlier one changes nothing
            else:
                in_the_way.append(before.line)
        return stood[-1], _limits([*stood, *in_the_way])

    def _cuts(
        self, families: Sequence[Envelope], own: Sequence[Envelope], low: Decimal, high: Decimal, side: Side
    ) -> Iterator[tuple[Decimal, Decimal]]:
        """Yield the parts of a stretch in which the answer stays, as (nearer to 1, farther), outwards."""
        cuts = {low, high, *(start for envelope in (*families, *own) for start, _ in envelope)}
        cuts.update(self._meetings(families, own, high))
        yield from pairwise(sorted(cuts, reverse=side == "below"))

    def _meetings(self, families: Sequence[Envelope], own: Sequence[Envelope], high: Decimal) -> Iterator[Decimal]:
        """Yield where a family's best comes to stand, or ends to.

        That is only where it meets the share that its margin leaves of a simpler family's best, or the share that the
        binding margin leaves of the incumbent's `own`.
        """
        for number, best in enumerate(families):
            share = 1 - margin_of(best[0][1].line.family, self.margins)
            against = [(simpler, share) for simpler in families[:number]]
            against += [(incumbent, 1 - self.margins.binding) for incumbent in own]
            for other, share in against:
                if _moves(best) or _moves(other):  # two that do not move never meet
                    yield from _crossings(best, other, high, share)


def _points(envelopes: Sequence[Envelope], near: Decimal, far: Decimal) -> Iterator[Point]:
    """Yield the point of each envelope between two neighbouring cuts; their middle may be rounded onto one of them."""
    begin, middle = min(near, far), (near + far) / 2
    for envelope in envelopes:
        piece = next(piece for start, piece in reversed(envelope) if start <= begin)
        yield piece.line.point(piece.at(middle))


def _limits(lines: Sequence[Line]) -> set[int]:
    return {line.way for line in lines if not line.known}


def reach(side: Side) -> tuple[Decimal, Decimal]:
    """Return the least and the largest factor looked at on a side."""
    return (1 / REACH, Decimal(1)) if side == "below" else (Decimal(1), REACH)


def _stretches(lines: Sequence[Line], side: Side) -> Iterator[tuple[Decimal, Decimal]]:
    """Yield the stretches (low, high) between bends from 1 outwards, up to REACH."""
    low, high = reach(side)
    bends = {hinge.bend for line in lines for hinge in line.hinges}
    inside = sorted(bend for bend in bends if bend is not None and low < bend < high)
    stretches = list(pairwise([low, *inside, high]))
    yield from reversed(stretches) if side == "below" else stretches


def _envelopes(
    pieces: Sequence[Piece], low: Decimal, high: Decimal, incumbent: str | None
) -> tuple[list[Envelope], list[Envelope]]:
    """Return the envelope of each family in their order; and the incumbent's own, where it is among them."""
    families: dict[int, list[Piece]] = {}
    for piece in pieces:
        families.setdefault(piece.line.family, []).append(piece)
    own = [piece for piece in pieces if piece.line.key == incumbent]
    found = [_envelope(families[family], low, high) for family in sorted(families)]
    return found, [_envelope(own, low, high)] if own else []


def _envelope(pieces: Sequence[Piece], low: Decimal, high: Decimal) -> Envelope:
    """Return the least of some pieces over a stretch; it only ever turns to a smaller slope."""
    if len(pieces) == 1:
        return [(low, pieces[0])]
    start = low
    least = min(pieces, key=lambda piece: (piece.at(low), piece.slope, piece.line.key))
    found = [(start, least)]
    while True:
        turns = [
            ((piece.base - least.base) / (least.slope - piece.slope), piece.slope, piece.line.key, piece)
            for piece in pieces
            if piece.slope < least.slope
        ]
        start, _, _, least = min(turns, key=lambda turn: turn[:3], default=(high, None, None, least))
        if start >= high:
            return found
        found.append((start, least))


def _moves(envelope: Envelope) -> bool:
    return len(envelope) > 1 or bool(envelope[0][1].slope)


def _crossings(one: Envelope, other: Envelope, high: Decimal, share: Decimal) -> Iterator[Decimal]:
    """Yield where the first of two envelopes is a share of the other."""
    for (start, piece), (end, _) in pairwise([*one, (high, one[-1][1])]):
        for (begin, rival), (until, _) in pairwise([*other, (high, other[-1][1])]):
            factor = piece.meets(rival, share)
            if factor is not None and max(start, begin) < factor < min(end, until):
                yield factor
