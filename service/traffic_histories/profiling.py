"""The measured profile of a history, and what its window lacks: computed before the transaction, kept a while."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from service.kit.app_context import runtime
from service.kit.db import row_security
from service.kit.db.transaction import Actor
from service.kit.http.problems import NOT_FOUND, Problem, define
from service.reports.load_over_time import load_over_time
from service.traffic_histories import queries
from service.traffic_histories.models import StoredHistory
from service.workflow.document.encoding import encoded
from service.workflow.document.measurement import measurement
from service.workflow.errors import WorkflowError
from service.workflow.measure import measure
from service.workflow.policy import Policy
from service.workflow.traffic import TrafficHistory
from service.workloads.models import Workload

UNMEASURABLE = define(
    "traffic-not-measurable",
    409,
    "Traffic cannot be measured",
    "The history holds too little to measure: no observed time, or no traffic in it. The detail says what to add.",
)

KEPT = 64
"""Profiles a process keeps; one is about twenty kilobytes."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Json = dict[str, Any]

Found = tuple[Json | None, Json | None, str | None]
"""A measurement, the load over time, and why there is neither."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A history and its measurement as JSON, None where it cannot be measured, for the reason `lacking`.

    over_time: the load of its window, as `load_over_time` returns it.
    """

    history: StoredHistory
    measurement: Json | None
    over_time: Json | None
    lacking: str | None = None


class _Kept:
    """The latest measurements by content and zone, which are all they depend on."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, str], Found] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str]) -> Found | None:
        """Return what is kept under a key."""
        with self._lock:
            return self._found.get(key)

    def put(self, key: tuple[str, str], value: Found) -> None:
        """Keep a value, and forget the oldest beyond `KEPT`."""
        with self._lock:
            self._found[key] = value
            if len(self._found) > KEPT:
                self._found.popitem(last=False)


_kept = _Kept()


@contextmanager
def measured(actor: Actor, traffic_history_id: str) -> Iterator[Measured]:
    """Measure a history with the default policy in its workload's zone. Raises Problem 404."""
    with runtime().database.reading() as session:
        row_security.narrow(session, actor.organization_id)
        history = queries.history(session, actor.organization_id, traffic_history_id)
        workload = None if history is None else session.get(Workload, history.workload_id)
        if history is None or workload is None:
            raise Problem(NOT_FOUND, "No traffic history has this id.")
        key = (history.digest, workload.zone)
        found = _kept.get(key)
        traffic = None
        if found is None:
            traffic = queries.load_history(session, actor.organization_id, traffic_history_id)
    if found is None:
        assert traffic is not None
        found = _measurement(traffic, workload.zone)
        _kept.put(key, found)
    yield Measured(history, *found)


def profile(found: Measured) -> Json:
    """Return the profile as `TrafficProfileSchema` dumps it. Raises Problem 409 where nothing can be measured."""
    if found.measurement is None:
        raise Problem(UNMEASURABLE, found.lacking or "The history cannot be measured.")
    return {
        "traffic_history_id": found.history.id,
        "digest": found.history.digest,
        "measurement": found.measurement,
        "charts": _charts(found.measurement),
    }


def quality(found: Measured) -> Json:
    """Return the quality report as `TrafficQualitySchema` dumps it."""
    names = (
        "window",
        "hours_observed",
        "coverage",
        "missing",
        "duplicates",
        "clock_jumps",
        "representative",
        "findings",
    )
    whole = found.measurement
    return {
        "traffic_history_id": found.history.id,
        "report": found.history.report,
        "measured": None if whole is None else {name: whole[name] for name in names},
        "not_measured": found.lacking,
    }


def _measurement(traffic: TrafficHistory, zone: str) -> Found:
    try:
        found = measure(traffic, Policy(zone=zone))
    except WorkflowError as error:
        return None, None, str(error)
    return encoded(measurement(found)), load_over_time(found), None


def _charts(whole: Json) -> Json:
    unit = f"{whole['load_unit']}_per_minute"
    grid = whole["hour_of_week"]
    return {
        "load_duration": {
            "unit": unit,
            "points": [{"percent_of_time": at, "load": load} for at, load in enumerate(whole["load_duration"])],
        },
        "hour_of_week": {
            "unit": unit,
            "zone": whole["window"]["zone"],
            "days": [{"day": day, "hours": grid[24 * place : 24 * place + 24]} for place, day in enumerate(DAYS)],
        },
    }
