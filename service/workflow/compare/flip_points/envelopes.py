"""Where a choice flips: totals as lines over one factor, and the factor nearest to 1 at which the answer changes.

A bill is a straight line in one of its prices, bent where a monthly minimum takes over. Between bends the cheapest of
a family is a lower envelope of lines, and the decision rule compares families at their envelopes alone. So the answer
can only change where an envelope turns or where one meets another's share by the margin: these cuts are worked out
exactly, and the answer is looked at once between each two.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Literal

from service.workflow.rule import Margins, choose, standings

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


@dataclass(frozen=True, slots=True)
class Line:
    """A way's expected total over the factor: `base + slope × factor` and its hinges.

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

    def at(self, factor: Decimal) -> Decimal:
        """Return the total at a factor."""
        return self.straight(factor).at(factor)

    def straight(self, factor: Decimal) -> "Piece":
        """Return the line as it runs around a factor."""
        base, slope = self.base, self.slope
        for hinge in self.hinges:
            added = hinge.straight(factor)
            base, slope = base + added[0], slope + added[1]
        return Piece(base, slope, self)


@dataclass(frozen=True, slots=True)
class Piece:
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


@dataclass(frozen=True, slots=True)
class Point:
    """A line at one factor, as the decision rule sees it."""

    line: Line
    expected: Decimal

    @property
    def key(self) -> str:
        """Name of the way."""
        return self.line.key

    @property
    def family(self) -> int:
        """Place in the simplicity order."""
        return self.line.family


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

        And where to find the ways again that stood until there and of which only a lower limit is known.
        """
        limits = _limits([now])
        for low, high in _stretches(lines, side):
            envelopes = _envelopes([line.straight((low + high) / 2) for line in lines], low, high, self.incumbent)
            for near, far in self._cuts(envelopes, low, high, side):
                walked = self._walked(envelopes, near, far)
                limits |= _limits(walked)
                if walked[-1].group != now.group:
                    return Flip(near, now, walked[-1]), limits
                now = walked[-1]
        return None, limits

    def standing(self, lines: Sequence[Line]) -> Line:
        """Return the line chosen at 1."""
        one = Decimal(1)
        points = sorted((Point(line, line.at(one)) for line in lines), key=lambda point: point.expected)
        chosen = choose(points, self.margins, self.incumbent)
        assert chosen is not None
        return chosen.line

    def _cuts(
        self, envelopes: Sequence[Envelope], low: Decimal, high: Decimal, side: Side
    ) -> Iterator[tuple[Decimal, Decimal]]:
        """Yield the parts of a stretch in which the answer stays, as (nearer to 1, farther), outwards."""
        cuts = {low, high, *(start for envelope in envelopes for start, _ in envelope)}
        shares = {1 - margin for margin in self.margins}
        level = [len(envelope) == 1 and not envelope[0][1].slope for envelope in envelopes]
        for (index, one), (number, other) in combinations(enumerate(envelopes), 2):
            if not (level[index] and level[number]):  # two that do not move never meet
                cuts.update(_crossings(one, other, high, shares))
        yield from pairwise(sorted(cuts, reverse=side == "below"))

    def _walked(self, envelopes: Sequence[Envelope], near: Decimal, far: Decimal) -> list[Line]:
        """Return the lines that stand, up to the chosen one, between two neighbouring cuts.

        Their middle may be rounded onto one of them.
        """
        points = []
        for envelope in envelopes:
            piece = next(piece for start, piece in reversed(envelope) if start <= min(near, far))
            points.append(Point(piece.line, piece.at((near + far) / 2)))
        return [point.line for point in standings(points, self.margins, self.incumbent)]


def _limits(lines: Sequence[Line]) -> set[int]:
    return {line.way for line in lines if not line.known}


def _stretches(lines: Sequence[Line], side: Side) -> Iterator[tuple[Decimal, Decimal]]:
    """Yield the stretches (low, high) between bends from 1 outwards, up to REACH."""
    low, high = (1 / REACH, Decimal(1)) if side == "below" else (Decimal(1), REACH)
    bends = {hinge.bend for line in lines for hinge in line.hinges}
    inside = sorted(bend for bend in bends if bend is not None and low < bend < high)
    stretches = list(pairwise([low, *inside, high]))
    yield from reversed(stretches) if side == "below" else stretches


def _envelopes(pieces: Sequence[Piece], low: Decimal, high: Decimal, incumbent: str | None) -> list[Envelope]:
    """Return the envelope of each family in their order, and the incumbent's own."""
    families: dict[int, list[Piece]] = {}
    for piece in pieces:
        families.setdefault(piece.line.family, []).append(piece)
    found = [_envelope(families[family], low, high) for family in sorted(families)]
    own = [piece for piece in pieces if piece.line.key == incumbent]
    return [*found, _envelope(own, low, high)] if own else found


def _envelope(pieces: Sequence[Piece], low: Decimal, high: Decimal) -> Envelope:
    """Return the least of some pieces over a stretch; it only ever turns to a smaller slope."""
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


def _crossings(one: Envelope, other: Envelope, high: Decimal, shares: Collection[Decimal]) -> Iterator[Decimal]:
    """Yield where the pieces of two envelopes meet, each as one of the shares of the other."""
    for (start, piece), (end, _) in pairwise([*one, (high, one[-1][1])]):
        for (begin, rival), (until, _) in pairwise([*other, (high, other[-1][1])]):
            low, top = max(start, begin), min(end, until)
            if low >= top:
                continue
            for share in shares:
                for factor in (piece.meets(rival, share), rival.meets(piece, share)):
                    if factor is not None and low < factor < top:
                        yield factor
