"""What Prometheus is told of the state of things, asked for when it comes: jobs, the event chain, the disk."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.events.models import Event
from service.kit import logging, metrics
from service.kit.app_context import Runtime
from service.kit.db.database import database_now
from service.kit.jobs.queue import Job


class State(Collector):
    """Gauges read from the database and the disk; without the database, `crossover_database_up` says 0 and no more."""

    def __init__(self, runtime: Runtime) -> None:
        """Remember where to look."""
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        """Yield every gauge."""
        yield from self._disk()
        try:
            with self._runtime.database.reading() as session:
                found = [*_jobs(session), *_events(session)]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this gauge is about
            logging.get().warning("metrics without the database", reason=type(error).__name__)
            yield GaugeMetricFamily("crossover_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("crossover_database_up", "Whether the database answers.", 1)
        yield from found

    def _disk(self) -> Iterator[Metric]:
        folder = self._runtime.uploads.folder
        try:
            free = shutil.disk_usage(folder if folder.exists() else ".").free
            left = len(list(folder.glob("upload-*")))
        except OSError:
            return
        yield GaugeMetricFamily("crossover_disk_free_bytes", "Free bytes on the disk of the work folder.", free)
        yield GaugeMetricFamily("crossover_uploads_under_way", "Uploads that are being received or read.", left)


def exposition(runtime: Runtime) -> bytes:
    """Return everything in Prometheus' text format, of all processes of the server."""
    registry = CollectorRegistry()
    registry.register(State(runtime))
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        registry.register(_Own())
        return generate_latest(registry)
    measured = CollectorRegistry()
    MultiProcessCollector(measured)  # type: ignore[no-untyped-call]
    with metrics.steady():
        told = generate_latest(measured)
    return told + generate_latest(registry)


class _Own(Collector):
    """What this one process has measured."""

    def collect(self) -> Iterator[Metric]:
        """Yield it."""
        yield from metrics.REGISTRY.collect()


def _jobs(session: Session) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("crossover_jobs", "Jobs kept, by kind and state.", labels=("kind", "state"))
    for kind, state, count in session.execute(select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state)):
        jobs.add_metric((kind, state), count)
    yield jobs
    now = database_now(session)
    waiting = select(func.min(Job.available_at)).where(Job.state == "queued")
    yield _age(
        "crossover_jobs_oldest_queued_seconds", "Age of the job that waits longest.", session.scalar(waiting), now
    )
    running = select(func.min(Job.started_at)).where(Job.state == "running")
    yield _age(
        "crossover_jobs_oldest_running_seconds", "Age of the job that runs longest.", session.scalar(running), now
    )


def _events(session: Session) -> Iterator[Metric]:
    """Yield how long the event chains are together: it never falls."""
    heads = select(func.max(Event.sequence).label("head")).group_by(Event.organization_id).subquery()
    count = session.scalar(select(func.coalesce(func.sum(heads.c.head), 0))) or 0
    yield GaugeMetricFamily("crossover_events", "Events of all organizations together; it never falls.", int(count))


def _age(name: str, meaning: str, since: datetime | None, now: datetime) -> Metric:
    return GaugeMetricFamily(name, meaning, 0.0 if since is None else max(0.0, (now - since).total_seconds()))
