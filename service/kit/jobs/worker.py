"""The job door: claims jobs one at a time, runs their handlers outside any transaction, writes their results once."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.kit import clock, logging, metrics, tracing
from service.kit.db.database import Database, DatabaseBusy, DatabaseFull, database_now
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import idempotency
from service.kit.http.problems import Problem
from service.kit.jobs import alone, queue, waking
from service.kit.jobs.queue import Job, Lost
from service.kit.jobs.waking import Listener

Finish = Callable[[Transaction], None]
"""What a handler returns: writes the result in the transaction that marks the job succeeded."""

BEAT_SECONDS = 2.0
CHORES_SECONDS = 3600.0


class Stopped(Exception):  # noqa: N818
    """The handler must stop: the job was cancelled or taken over, or the worker is shutting down."""


class Task:
    """A running job as its handler sees it."""

    def __init__(self, database: Database, job: Job, stopping: threading.Event) -> None:
        """Hold the facts of the claimed job."""
        self.id = job.id
        self.attempt = job.attempt
        self.arguments: Mapping[str, Any] = job.arguments
        self.resource_id = job.resource_id
        self.actor = Actor(job.organization_id, "job", job.id)
        self.phase: str | None = None
        self.share: float | None = None
        self._database = database
        self._stopping = stopping
        self._over = threading.Event()
        self._interrupt: Callable[[], None] | None = None
        self._interrupting = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Give a transaction of the job's organization that cannot write."""
        with self._database.reading() as session:
            yield self.transaction(session)

    def progress(self, phase: str, share: float) -> None:
        """Note how far the work is, share from 0 to 1. Raises Stopped when it must end: call it now and then."""
        self.phase, self.share = phase, share
        if self.must_stop:
            raise Stopped

    @property
    def must_stop(self) -> bool:
        """Whether the work is to end: it was cancelled or taken over, or the worker is shutting down."""
        return self._over.is_set() or self._stopping.is_set()

    @contextmanager
    def interrupted_by(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Have `interrupt` called, from another thread, at every sign of life at which the work inside is to end.

        For work that waits elsewhere and cannot ask. It must not raise, and is never called once the work is left.
        """
        with self._interrupting:
            self._interrupt = interrupt
        try:
            yield
        finally:
            with self._interrupting:
                self._interrupt = None

    def transaction(self, session: Session) -> Transaction:
        """Return a transaction of the job's organization on `session`."""
        return Transaction(session, self.actor, clock.now(), self.id)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Renew the lease from a thread of its own while the handler runs, however long one step of it takes."""
        done = threading.Event()
        thread = threading.Thread(target=self._beat, args=(done,), name=f"beat-{self.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _beat(self, done: threading.Event) -> None:
        lost = False
        while not done.wait(BEAT_SECONDS):
            lost = lost or self._is_lost()
            with self._interrupting:
                if self.must_stop and self._interrupt is not None:
                    self._interrupt()

    def _is_lost(self) -> bool:
        """Renew the lease, noting where the work is to end; return whether there is none to renew any more."""
        try:
            if self._database.write(self._renew):
                self._over.set()
        except Lost:
            self._over.set()
            return True
        except (DatabaseBusy, DatabaseFull):
            pass  # the lease spans many beats
        return False

    def _renew(self, session: Session) -> bool:
        return queue.beat(session, self.id, self.attempt, database_now(session), self.phase, self.share)


Handler = Callable[[Task], Finish]


@dataclass(frozen=True, slots=True)
class Chore:
    """Work that the clock asks for rather than a person, such as giving what has come due a job.

    is_waiting: whether there is any, asked without writing. run: does it, in a transaction of its own; several
    workers may at once. every_seconds: the least time between two questions, 0: at every poll.
    """

    is_waiting: Callable[[Session, datetime], bool]
    run: Callable[[Session, datetime], None]
    every_seconds: float = 0.0


class Worker:
    """Runs jobs until told to stop. handlers: by kind of job. retention: how long finished jobs are kept.

    lone: the command that runs one claimed job, given its id and attempt, in a process of its own; without it every
    attempt is made here.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        retention: timedelta = queue.RETENTION,
        chores: Sequence[Chore] = (),
        lone: Callable[[str, int], list[str]] | None = None,
    ) -> None:
        """Make a worker of this process."""
        self._lone = lone
        self._chores_due = dict.fromkeys(chores, 0.0)
        self.database = database
        self.handlers = handlers
        self.retention = retention
        self.name = f"{socket.gethostname()}:{os.getpid()}:{threading.get_native_id()}"
        self.stopping = threading.Event()
        self._served = ""

    def run(self) -> None:
        """Run jobs, and chores now and then, until `stopping` is set."""
        log = logging.get().bind(worker=self.name)
        listener = Listener(self.database)
        chores_due = time.monotonic()
        while not self.stopping.is_set():
            try:
                if time.monotonic() >= chores_due:
                    self._tidy()
                    chores_due = time.monotonic() + CHORES_SECONDS
                self.do_chores()
                busy = self.run_one()
            except (DatabaseBusy, DatabaseFull) as error:
                log.warning("worker waits for the database", reason=str(error))
                busy = False
            except Exception:
                log.exception("worker fault")  # a worker that ends would leave every later job waiting
                busy = False
            if not busy:
                listener.wait(self.stopping)
        listener.close()

    def do_chores(self) -> None:
        """Do the chores that are due, between jobs and at most once a poll."""
        for chore, due in self._chores_due.items():
            if time.monotonic() < due:
                continue
            self._chores_due[chore] = time.monotonic() + max(chore.every_seconds, waking.POLL_SECONDS / 2)
            with self.database.reading() as session:
                waiting = chore.is_waiting(session, clock.now())
            if waiting:
                self.database.write(lambda session, run=chore.run: run(session, clock.now()))  # type: ignore[misc]

    def _tidy(self) -> None:
        """Delete what is past its retention."""
        now = clock.now()
        self.database.write(lambda session: idempotency.purge(session, now))
        while self.database.write(lambda session: queue.purge(session, now - self.retention)):
            if self.stopping.is_set():
                return

    def run_one(self, job_id: str | None = None) -> bool:
        """Claim and run one job, or the job `job_id`; return whether it was to be had."""
        with self.database.reading() as session:
            if not queue.is_waiting(session, database_now(session), self.handlers, job_id):
                return False
        job = self.database.write(
            lambda session: queue.claim(
                session, self.name, database_now(session), self.handlers, job_id, after=self._served
            )
        )
        if job is None:
            return False
        self._served = job.organization_id
        task = Task(self.database, job, self.stopping)
        if self._lone is not None and job.attempt > queue.SHARED_ATTEMPTS:
            self._watch(task, job.kind, self._lone(job.id, job.attempt))
        else:
            self._work(task, job.kind)
        return True

    def run_claimed(self, job_id: str, attempt: int) -> None:
        """Run a job that was claimed for this process. Raises Lost where it is not that attempt's any more."""
        with self.database.reading() as session:
            job = queue.held(session, job_id, attempt)
            session.expunge(job)
        self._work(Task(self.database, job, self.stopping), job.kind)

    def _watch(self, task: Task, kind: str, command: list[str]) -> None:
        """Wait for the process that has the task to itself; where that dies, end the task as its death says."""
        log = logging.get().bind(job=task.id, kind=kind, attempt=task.attempt)
        try:
            with task.beating():
                death = alone.run(command, lambda: task.must_stop)
        except OSError:
            log.exception("no process could be started")
            self._end(task, queue.postpone)
            return
        if death is None:
            return
        log.warning("a job's own process died", reason=death.reason, own_fault=death.is_own_fault)
        if death.is_own_fault:
            metrics.JOBS_ENDED.labels(kind, "error").inc()
            self._end(
                task,
                lambda job, now: queue.fail(job, now, f"The work stopped its process ({death.reason}).", retry=True),
            )
        else:
            self._end(task, queue.postpone)

    def _work(self, task: Task, kind: str) -> None:
        log = logging.get().bind(job=task.id, kind=kind, attempt=task.attempt)
        try:
            with tracing.job(kind, task.id), task.beating():
                finish = self.handlers[kind](task)
            self.database.write(lambda session: _succeed(session, task, finish), lane=task.actor.organization_id)
            log.info("job succeeded")
            metrics.JOBS_ENDED.labels(kind, "succeeded").inc()
        except Lost:
            log.warning("job was taken over")
        except Stopped:
            self._end(task, _stop)
            log.info("job stopped")
        except (DatabaseBusy, DatabaseFull) as error:
            log.warning("job postponed", reason=str(error))
            self._end(task, queue.postpone)
        except Problem as problem:
            reason = problem.detail
            self._end(task, lambda job, now: queue.fail(job, now, reason, retry=False))
            log.warning("job failed", reason=reason)
            metrics.JOBS_ENDED.labels(kind, "refused").inc()
        except Exception as error:
            log.exception("job failed")
            metrics.JOBS_ENDED.labels(kind, "error").inc()
            reason = f"Internal error ({type(error).__name__})."
            self._end(task, lambda job, now: queue.fail(job, now, reason, retry=True))

    def _end(self, task: Task, end: Callable[[Job, datetime], None]) -> None:
        try:
            self.database.write(lambda session: end(queue.held(session, task.id, task.attempt), database_now(session)))
        except Lost:
            logging.get().warning("job was taken over", job=task.id)


def _succeed(session: Session, task: Task, finish: Finish) -> None:
    job = queue.held(session, task.id, task.attempt)
    if job.cancel_requested:
        queue.fail(job, database_now(session), "", retry=False)
        return
    finish(task.transaction(session))
    queue.succeed(job, database_now(session))


def _stop(job: Job, now: datetime) -> None:
    """End a cancelled job, or give the job of a stopping worker back."""
    if job.cancel_requested:
        queue.fail(job, now, "", retry=False)
    else:
        queue.give_back(job, now)
