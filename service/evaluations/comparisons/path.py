"""The path between two answers: one cause replaced at a time, and what the workflow answers after each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from service import ENGINE_VERSION
from service.evaluations.document import Inputs
from service.evaluations.engine import Materials
from service.kit.http.problems import Problem
from service.workflow.document import Answer
from service.workflow.document.stored import read_answer
from service.workflow.offers import Offer, Serverless
from service.workflow.prepare import former_names, name_of
from service.workflow.what_if.attribution import Point

Compute = Callable[[Materials], Answer]


@dataclass(frozen=True)
class Side:
    """One end: the stored inputs and body, what the inputs name, and what computing it was expected to take."""

    inputs: Inputs
    body: dict[str, Any]
    materials: Materials
    estimated_seconds: float = 0.0

    @cached_property
    def answer(self) -> Answer:
        """What the body says."""
        return read_answer(self.body)

    @property
    def is_current(self) -> bool:
        """Whether the present engine made the body, so that it need not be computed again."""
        return self.inputs.engine_version == ENGINE_VERSION


@dataclass(frozen=True)
class Change:
    """One cause replaced: what the workflow is given after it."""

    cause: str
    materials: Materials
    offers: frozenset[str] = frozenset()


def path_between(before: Side, after: Side, compute: Compute) -> list[Point]:
    """Return the points from `before` to `after`, both ends as stored.

    An end made by another engine is computed again by the present one: what that changes is the engine's. A mixture
    that the workflow refuses is passed over; its cause acts together with the next.
    """
    changes = list(_changes(before, after))
    points = [Point(before.answer, names=former_names(before.materials.offers))]
    pending: list[Change] = []
    for change in changes:
        pending.append(change)
        is_end = change is changes[-1]
        answer = after.answer if is_end else _tried(compute, change.materials)
        if answer is not None:
            points.append(_point(answer, pending))
            pending = []
    return points


def changed_offers(before: Side, after: Side) -> dict[str, str]:
    """Return the names of offers that differ, with `appeared`, `vanished` or `changed`."""
    was, now = ({name_of(offer): offer for offer in side.materials.offers} for side in (before, after))
    kinds = {
        name: "appeared" if name not in was else "vanished" if name not in now else "changed" for name in was | now
    }
    return {name: kind for name, kind in sorted(kinds.items()) if was.get(name) != now.get(name)}


def _changes(before: Side, after: Side) -> Iterator[Change]:
    """Yield the causes in which the ends differ, each on top of those before it; the last one gives all of `after`."""
    now = before.materials
    if not before.is_current:
        yield Change("engine", now)
    if before.inputs.traffic_history.digest != after.inputs.traffic_history.digest:
        now = replace(now, history=after.materials.history)
        yield Change("traffic", now)
    changed = changed_offers(before, after)
    every = {name_of(offer): offer for side in (before, after) for offer in side.materials.offers}
    for is_serverless in (True, False):
        moved = frozenset(name for name in changed if isinstance(every[name], Serverless) is is_serverless)
        if moved:
            now = replace(now, offers=_mixed(now.offers, after.materials.offers, is_serverless))
            yield Change("prices", now, moved)
    if before.inputs.policy != after.inputs.policy:
        yield Change("policy", after.materials)
    if not after.is_current:
        yield Change("engine", after.materials)


def _mixed(old: tuple[Offer, ...], new: tuple[Offer, ...], is_serverless: bool) -> tuple[Offer, ...]:
    """Return the new offers of one kind with the old ones of the other."""
    kept = (offer for offer in old if isinstance(offer, Serverless) is not is_serverless)
    taken = (offer for offer in new if isinstance(offer, Serverless) is is_serverless)
    return (*taken, *kept)


def _tried(compute: Compute, materials: Materials) -> Answer | None:
    try:
        return compute(materials)
    except Problem:
        return None


def _point(answer: Answer, changes: list[Change]) -> Point:
    causes = dict.fromkeys(change.cause for change in changes)
    moved: frozenset[str] = frozenset().union(*(change.offers for change in changes))
    return Point(answer, tuple(causes), moved, former_names(changes[-1].materials.offers))
