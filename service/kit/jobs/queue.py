"""Jobs: work that outlives its request, as rows of one table claimed under a lease.

Every claim raises `attempt`; a worker writes only while the job still carries its attempt, so a worker that was
taken for dead cannot write late. The result is written in the transaction that marks the job succeeded: once.

Times that leases are judged by, `now` below, are the database's, so that machines whose clocks differ agree who lives.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, and_, delete, exists, or_, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from service.kit import ids
from service.kit.db.database import database_now
from service.kit.db.models import Base, Owned, strict
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, Problem
from service.kit.jobs.waking import announce

LEASE = timedelta(seconds=30)
"""How long a claim holds without a sign of life."""

FAILURES = 3
"""How many failures of its own park a job: errors, and processes to itself that it stopped."""

SHARED_ATTEMPTS = 2
"""How often a job is tried beside others; then it has a process to itself, for its workers may have died of it."""

ATTEMPTS = 20
"""How many attempts a job has in all where each lost its worker: it may stop even what watches it."""

POSTPONED = timedelta(seconds=2)
"""How long a job waits that found the database busy or away."""

FINISHED = ("succeeded", "failed", "cancelled")

STATES = ("queued", "running", *FINISHED)

RETENTION = timedelta(days=30)
"""How long finished jobs are kept unless settings say otherwise."""

PURGED_AT_ONCE = 1000
"""How many jobs one transaction deletes, so that no other waits long for it."""


class Job(Owned, Base):
    """A job. state: queued, running, succeeded, failed (parked) or cancelled.

    arguments: what the handler is given. resource_id: what the job works for. available_at: not claimed before.
    attempt: the claim that may write. failures: attempts that ended by the job's own fault, see alone.py.
    phase, share: progress, share of 0 to 1. error: why it failed, for people.
    """

    __tablename__ = "jobs"
    __table_args__ = strict(
        Index("ix_jobs_claim", "state", "available_at"),
        Index("ix_jobs_turn", "state", "organization_id", "available_at", "id"),
        Index("ix_jobs_page", "organization_id", "created_at", "id"),
        Index("ix_jobs_resource", "organization_id", "resource_id", "created_at"),
    )

    kind: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    resource_id: Mapped[str]
    state: Mapped[str]
    attempt: Mapped[int]
    failures: Mapped[int]
    available_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    worker: Mapped[str | None]
    cancel_requested: Mapped[bool]
    phase: Mapped[str | None]
    share: Mapped[float | None]
    error: Mapped[str | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None] = mapped_column()

    @property
    def is_over(self) -> bool:
        """Whether nothing will come of the job any more: it is finished, or cancelled and about to be stopped."""
        return self.cancel_requested or self.state in FINISHED

    @property
    def shown_state(self) -> str:
        """Its state as it is told: one that is about to be stopped counts as cancelled."""
        return "cancelled" if self.cancel_requested else self.state


class Lost(Exception):  # noqa: N818
    """The job is no longer this attempt's: it was taken over or cancelled. Nothing may be written."""


def enqueue(tx: Transaction, kind: str, arguments: dict[str, Any], *, resource_id: str) -> Job:
    """Add a job of `kind` for `resource_id` to the transaction; it exists if and only if the transaction commits."""
    job = Job(
        id=ids.new("job"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        kind=kind,
        arguments=arguments,
        resource_id=resource_id,
        state="queued",
        attempt=0,
        failures=0,
        available_at=database_now(tx.session),
        cancel_requested=False,
    )
    tx.session.add(job)
    announce(tx.session)
    return job


def of_resource(tx: Transaction, resource_id: str) -> Job | None:
    """Return the latest job that works for `resource_id`."""
    statement = select(Job).where(Job.organization_id == tx.organization_id, Job.resource_id == resource_id)
    return tx.session.scalar(statement.order_by(Job.created_at.desc(), Job.id.desc()).limit(1))


def cancel(tx: Transaction, job: Job) -> None:
    """Cancel a job: at once when it is queued, at its next sign of life when it runs.

    From then on it counts as cancelled: whatever its worker still does, nothing of it is written. Raises Problem 409
    when it is finished or cancelled already.
    """
    if job.is_over:
        raise Problem(CONFLICT, f"The work is already {job.shown_state}; it cannot be cancelled any more.")
    if job.state == "queued":
        job.state, job.finished_at = "cancelled", tx.now
    else:
        job.cancel_requested = True


def is_waiting(session: Session, now: datetime, kinds: Collection[str], job_id: str | None = None) -> bool:
    """Tell whether a job of these kinds, or the job `job_id`, could be claimed now."""
    return session.scalar(select(Job.id).where(_claimable(now, kinds, job_id)).limit(1)) is not None


def claim(
    session: Session,
    worker: str,
    now: datetime,
    kinds: Collection[str],
    job_id: str | None = None,
    *,
    after: str = "",
) -> Job | None:
    """Take a job of these kinds, or the job `job_id`; None where it is not to be had.

    What the dead left comes first. Else organizations have their turns, in the order of their ids: it is the next one's
    after `after`, whom this worker served last, and of it the job that has waited longest. So a worker serves everybody
    alike who waits, however many jobs somebody queued before.
    A claim that lapsed is no failure of its job: workers are killed, and databases restarted, for other reasons.
    """
    job = _next(session, now, kinds, job_id, after)
    if job is None:
        return None
    if job.state == "running" and job.attempt >= ATTEMPTS:
        _end(job, "failed", now, error="Every worker that tried this died while at it.")
        return None
    job.state, job.worker, job.attempt = "running", worker, job.attempt + 1
    job.leased_until, job.started_at = now + LEASE, job.started_at or now
    return job


def beat(session: Session, job_id: str, attempt: int, now: datetime, phase: str | None, share: float | None) -> bool:
    """Renew the lease and store progress; return whether cancelling was asked for. Raises Lost."""
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.attempt == attempt, Job.state == "running")
        .values(leased_until=now + LEASE, phase=phase, share=share)
        .returning(Job.cancel_requested)
    )
    asked = session.scalars(statement).first()
    if asked is None:
        raise Lost
    return asked


def held(session: Session, job_id: str, attempt: int) -> Job:
    """Return the job while it is still this attempt's, to be ended in this transaction. Raises Lost."""
    job = session.scalar(select(Job).where(Job.id == job_id, Job.attempt == attempt, Job.state == "running"))
    if job is None:
        raise Lost
    return job


def succeed(job: Job, now: datetime) -> None:
    """Mark a held job succeeded."""
    job.phase, job.share = None, 1.0
    _end(job, "succeeded", now)


def give_back(job: Job, now: datetime) -> None:
    """Put a held job back in the queue without a failure: its worker stops in good order."""
    job.state, job.leased_until, job.available_at = "queued", None, now


def postpone(job: Job, now: datetime) -> None:
    """Put a held job back for a little later without a failure: what it needs is not there now."""
    give_back(job, now + POSTPONED)


def fail(job: Job, now: datetime, error: str, *, retry: bool) -> None:
    """Put a held job back for a later attempt, or park it where there is none left or `retry` is false."""
    job.failures += 1
    if job.cancel_requested:
        _end(job, "cancelled", now)
    elif retry and job.failures < FAILURES:
        job.state, job.leased_until, job.error = "queued", None, error
        job.available_at = now + timedelta(seconds=2**job.failures)
    else:
        _end(job, "failed", now, error=error)


def purge(session: Session, before: datetime) -> int:
    """Delete up to PURGED_AT_ONCE jobs that finished before a time; return how many.

    One that failed or was cancelled stays while no later job works for its resource: nothing else says what became
    of that.
    """
    later = aliased(Job)
    overtaken = exists().where(
        later.organization_id == Job.organization_id,
        later.resource_id == Job.resource_id,
        tuple_(later.created_at, later.id) > tuple_(Job.created_at, Job.id),
    )
    done = select(Job.id).where(Job.state.in_(FINISHED), Job.finished_at < before)
    # The oldest go first, so that none stays behind as the last of its resource when a later one is gone.
    oldest = done.where(or_(Job.state == "succeeded", overtaken)).order_by(Job.finished_at, Job.id)
    found = session.scalars(delete(Job).where(Job.id.in_(oldest.limit(PURGED_AT_ONCE))).returning(Job.id))
    return len(found.all())


def _next(session: Session, now: datetime, kinds: Collection[str], job_id: str | None, after: str) -> Job | None:
    """Lock and return the job to take; each question is answered by an index, however many jobs wait."""
    by_age = (Job.available_at, Job.id)
    by_turn = (Job.organization_id, *by_age)
    questions = (
        (_lapsed(now), by_age),
        (and_(_queued(now), Job.organization_id > after), by_turn),
        (and_(_queued(now), Job.organization_id <= after), by_turn),
    )
    for condition, order in questions:
        statement = select(Job).where(_mine(condition, kinds, job_id)).order_by(*order).limit(1)
        job = session.scalar(statement.with_for_update(skip_locked=True))
        if job is not None:
            return job
    return None


def _claimable(now: datetime, kinds: Collection[str], job_id: str | None) -> ColumnElement[bool]:
    return _mine(or_(_queued(now), _lapsed(now)), kinds, job_id)


def _queued(now: datetime) -> ColumnElement[bool]:
    return and_(Job.state == "queued", Job.available_at <= now)


def _lapsed(now: datetime) -> ColumnElement[bool]:
    return and_(Job.state == "running", Job.leased_until < now)


def _mine(condition: ColumnElement[bool], kinds: Collection[str], job_id: str | None) -> ColumnElement[bool]:
    mine = and_(Job.kind.in_(kinds), condition)
    return mine if job_id is None else and_(Job.id == job_id, mine)


def _end(job: Job, state: str, now: datetime, *, error: str | None = None) -> None:
    job.state, job.finished_at, job.leased_until, job.error = state, now, None, error
