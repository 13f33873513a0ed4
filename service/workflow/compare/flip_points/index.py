"""The ways of a case in order: by family, by reservation, and the largest hybrid of each group."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from decimal import Decimal

from service.workflow.compare.flip_points.envelopes import Line
from service.workflow.compare.flip_points.overflows import Overflows
from service.workflow.compare.flip_points.way import Way
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.options import Reservation

FEW = 8
"""Ways that are put into a list one by one; with more, the list is sorted."""


class Index:
    """The ways by family and by reservation, cheapest first, and the largest hybrid of each group.

    overflows, limits, leading, best, using: of Ways, once they were asked for.
    """

    def __init__(self, ways: Iterable[Way], candidates: Iterable[Candidate]) -> None:
        """Sort ways, cheapest first, into families and reservations."""
        self.families: dict[int, list[Way]] = {}
        self.labels: dict[str, list[Way]] = {}
        self.largest: dict[str, Reservation] = {}
        self.forget()
        for way in sorted(ways, key=_cheapest):
            for place in self._places(way):
                place.append(way)
        self.look_at(candidates)

    def look_at(self, candidates: Iterable[Candidate]) -> None:
        """Look for the largest hybrids of their groups among candidates, too."""
        for candidate in candidates:
            reservation, group = candidate.reservation, candidate.group
            if candidate.kind.spills and reservation.units >= self.largest.get(group, reservation).units:
                self.largest[group] = reservation

    def exchange(self, before: Iterable[Way], after: Iterable[Way]) -> None:
        """Put ways in the place of others, in order."""
        self.forget()
        for way in before:
            for place in self._places(way):
                del place[place.index(way, bisect_left(place, _cheapest(way), key=_cheapest))]
        added: dict[int, tuple[list[Way], list[Way]]] = {}
        for way in after:
            for place in self._places(way):
                added.setdefault(id(place), (place, []))[1].append(way)
        for place, ways in added.values():
            if len(ways) > FEW:
                place.extend(ways)
                place.sort(key=_cheapest)
                continue
            for way in ways:
                insort(place, way, key=_cheapest)

    def forget(self) -> None:
        """Forget what was worked out from other ways."""
        self.overflows: Overflows | None = None
        self.limits: list[Line] | None = None
        self.leading: set[str | None] | None = None
        self.best: dict[int, Decimal] | None = None
        self.using: set[str | None] | None = None

    def _places(self, way: Way) -> list[list[Way]]:
        """Return the lists that a way belongs in."""
        labels = [] if way.label is None else [self.labels.setdefault(way.label, [])]
        return [self.families.setdefault(way.family, []), *labels]


def _cheapest(way: Way) -> tuple[Decimal, str]:
    return way.expected, way.key
