"""Finds the nearest flip over a price, a rate or a weight, replaying what it rests on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from service.workflow.compare.flip_points.contenders import Ways
from service.workflow.compare.flip_points.envelopes import REACH, Flip, Line, Rule, Side, reach

ROUNDS = 60
"""Looks for one flip: so that no market of thousands of tiny units keeps a worker for minutes."""

Lines = Callable[[Side, bool], list[Line]]
"""Returns the lines to look at on a side: all, or only the known ones."""

Ceilings = Callable[[Decimal, Decimal], dict[str, Decimal]]
"""Returns up to which reservation, money a month by label, hybrids matter: until a factor, and a total there."""


@dataclass(frozen=True, slots=True)
class Finder:
    """The decision rule over the ways of a case."""

    ways: Ways
    rule: Rule

    def nearest(self, lines: Lines, side: Side, ceilings: Ceilings) -> tuple[Flip, bool] | None:
        """Return the nearest flip on a side, and whether it is exact; None where nothing flips within reach.

        Ways known by a lower limit only on which the answer rests up to the flip are replayed, and the flip is looked
        for again, ROUNDS times and while the budget lasts. What is unknown then is left out: it is no longer exact.
        """
        for _ in range(ROUNDS):
            now, flip, limits = self._looked(lines(side, False), side)
            if limits:
                if self.ways.replay(limits):
                    continue
                break
            enlarged = self.ways.enlarge(ceilings(*_farthest(flip, now, side)))
            if not enlarged:
                return None if flip is None else (flip, enlarged is not None)
        _, flip, _ = self._looked(lines(side, True), side)
        return None if flip is None else (flip, False)

    def _looked(self, lines: list[Line], side: Side) -> tuple[Line, Flip | None, set[int]]:
        """Return what stands now, where that changes, and the ways it rests on of which a lower limit is known."""
        found = thinned(lines, self.rule, side)
        now = self.rule.standing(found)
        return now, *self.rule.first_change(found, side, now)


@dataclass(frozen=True, slots=True)
class Foresight(Finder):
    """Begins the replays that a flip rests on, as far as is known without any of them, instead of looking for it.

    later: ways that it may rest on then.
    """

    later: list[int] = field(default_factory=list)

    def nearest(self, lines: Lines, side: Side, ceilings: Ceilings) -> None:  # noqa: ARG002 - as Finder
        """Begin them; find nothing."""
        _, _, limits = self._looked(lines(side, False), side)
        self.later.extend(self.ways.start(limits))


def _farthest(flip: Flip | None, now: Line, side: Side) -> tuple[Decimal, Decimal]:
    """Return up to which factor the answer stays, and its largest total until there."""
    factor = (REACH if side == "above" else 1 / REACH) if flip is None else flip.factor
    standing = now if flip is None else flip.before
    return factor, standing.at(max(factor, Decimal(1)))


def thinned(lines: list[Line], rule: Rule, side: Side) -> list[Line]:
    """Return the lines without those that run above another of their family all along a side.

    No total falls as the factor rises: what costs more at the least factor of the side than one of its family that
    does not move, does so all along, and neither stands anywhere nor bounds where another does.
    """
    least: dict[tuple[int, Decimal], Line] = {}
    kept = []
    for line in lines:
        kind = (line.family, line.slope)
        if line.hinges or line.key == rule.incumbent:
            kept.append(line)
        elif kind not in least or (line.base, line.key) < (least[kind].base, least[kind].key):
            least[kind] = line
    lowest, _ = reach(side)
    still = {family: line.base for (family, slope), line in least.items() if not slope}
    return [
        line
        for line in (*kept, *least.values())
        if not line.moves
        or line.key == rule.incumbent
        or line.family not in still
        or line.at(lowest) <= still[line.family]
    ]


def nothing(_: Decimal, __: Decimal) -> dict[str, Decimal]:
    """No more units matter: those ways get dearer, or all others cheaper."""
    return {}
