"""Asking for pulls of a traffic source, and how they stand."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from service.events import service as events
from service.kit import ids
from service.kit.db.models import Over
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, NOT_FOUND, FieldError, Problem, invalid
from service.kit.jobs import queue
from service.kit.jobs.queue import Job
from service.traffic_histories.reading.time_text import instant, parse_instant
from service.traffic_sources import queries, service
from service.traffic_sources.models import TrafficPull
from service.traffic_sources.statements import Statement, statements

JOB = "traffic_pull"
"""Kind of the jobs that run a statement in a warehouse."""


@dataclass(frozen=True, slots=True)
class ShownPull(Over[TrafficPull]):
    """A pull with how its job stands, as TrafficPullSchema dumps it. job: None once that is forgotten."""

    row: TrafficPull
    job: Job | None

    @property
    def state(self) -> str | None:
        """How its job stands."""
        return None if self.job is None else self.job.shown_state

    @property
    def error(self) -> str | None:
        """Why it failed."""
        return None if self.job is None else self.job.error


def get(tx: Transaction, pull_id: str) -> ShownPull:
    """Return a pull of the organization. Raises Problem 404."""
    pull = queries.pull(tx, pull_id)
    if pull is None:
        raise Problem(NOT_FOUND, "No traffic pull has this id.")
    return shown(tx, pull)


def shown(tx: Transaction, pull: TrafficPull) -> ShownPull:
    """Return a pull with how its job stands."""
    return ShownPull(pull, queue.of_resource(tx, pull.id))


def ask(tx: Transaction, source_id: str, end: datetime | None) -> ShownPull:
    """Queue a pull of everything from the source's start to a whole hour, by default the last that is over.

    Raises Problem 404, 422 for an end that does not hold or a warehouse that is no longer there, 501 without the extra.
    """
    source = service.get(tx, source_id)
    whole = tx.now.replace(minute=0, second=0, microsecond=0)
    until = whole if end is None else end
    if until != until.replace(minute=0, second=0, microsecond=0) or until > whole:
        raise invalid(FieldError("/end", "invalid", "Must be on a whole hour that is over."))
    start = instant(parse_instant(source.words["start"]))
    if until <= start:
        raise invalid(FieldError("/end", "invalid", f"Must be after the source's start, {source.words['start']}."))
    said = source.words | {"end": until.isoformat().replace("+00:00", "Z")}
    mapped = service.mapped_words(service.open_warehouse(tx, source.warehouse), said)
    made: dict[str, Statement] = {each.purpose: each for each in statements(mapped)}
    wanted = made[source.purpose]
    assert wanted.upload is not None
    pull = TrafficPull(
        id=ids.new("tp"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        traffic_source_id=source.id,
        start_at=start,
        end_at=until,
        statement=wanted.sql,
        counts_statement=made["counts"].sql,
        upload=wanted.upload,
    )
    job = queue.enqueue(tx, JOB, {}, resource_id=pull.id)
    pull.job_id = job.id
    tx.session.add(pull)
    after = {"traffic_source_id": source.id, "statement_digest": wanted.digest, "end": said["end"]}
    events.append(tx, "traffic_pull.created", pull.id, after=after)
    return ShownPull(pull, job)


def cancel(tx: Transaction, pull_id: str) -> None:
    """Stop a pull that is queued or running. Raises Problem 404, and 409 when there is nothing to stop."""
    pull = get(tx, pull_id)
    if pull.job is None:
        raise Problem(CONFLICT, "The pull is over; it cannot be cancelled any more.")
    queue.cancel(tx, pull.job)
    events.append(tx, "traffic_pull.cancelled", pull_id)


def upload_words(pull: TrafficPull) -> dict[str, str]:
    """Return the words with which a pull's result is read."""
    return dict(parse_qsl(pull.upload))
