"""The ways of a case in order: by family, by reservation, and the largest hybrid of each group."""

from collections.abc import Sequence

from service.workflow.compare.flip_points.envelopes import Line
from service.workflow.compare.flip_points.overflows import Overflows
from service.workflow.compare.flip_points.way import Way
from service.workflow.compute.kinds.kind import Candidate
from service.workflow.options import Reservation


class Index:
    """The ways by family and by reservation, cheapest first, and the largest hybrid of each group.

    overflows, limits, leading: of Ways, once they were asked for.
    """

    def __init__(self, ways: Sequence[Way], candidates: Sequence[Candidate]) -> None:
        """Sort ways, cheapest first, into families and reservations."""
        self.families: dict[int, list[Way]] = {}
        self.labels: dict[str, list[Way]] = {}
        self.largest: dict[str, Reservation] = {}
        self.overflows: Overflows | None = None
        self.limits: list[Line] | None = None
        self.leading: set[str | None] | None = None
        for way in ways:
            self.families.setdefault(way.family, []).append(way)
            if way.label is not None:
                self.labels.setdefault(way.label, []).append(way)
        for candidate in candidates:
            reservation, group = candidate.reservation, candidate.group
            if candidate.kind.spills and reservation.units >= self.largest.get(group, reservation).units:
                self.largest[group] = reservation
