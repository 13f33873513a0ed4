"""Jobs on real databases: run once, shown as they go, taken over from the dead, written by nobody too late."""

import sys
import threading
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service.kit import clock
from service.kit.db.database import Database, DatabaseBusy
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import INVALID, Problem
from service.kit.jobs import queue, worker
from service.kit.jobs.queue import Job
from service.kit.jobs.worker import Finish, Handler, Stopped, Task, Worker
from tests.clients import command_actor, new_organization, transaction
from tests.waiting import eventually


@dataclass
class Bench:
    """A database with an organization, and what handlers noted."""

    database: Database
    organization_id: str
    noted: list[str] = field(default_factory=list)

    def enqueue(self, resource_id: str = "ev_1") -> str:
        with transaction(self.database, self.organization_id) as tx:
            return queue.enqueue(tx, "count", {"to": 3}, resource_id=resource_id).id

    def job(self, resource_id: str = "ev_1") -> Job:
        with transaction(self.database, self.organization_id) as tx:
            job = queue.of_resource(tx, resource_id)
        assert job is not None
        return job

    def cancel(self) -> None:
        def cancelled(session: Session) -> None:
            tx = Transaction(session, command_actor(self.organization_id), clock.now(), "test")
            job = queue.of_resource(tx, "ev_1")
            assert job is not None
            queue.cancel(tx, job)

        self.database.write(cancelled)  # again where a sign of life of the worker came between

    def worker(self, handler: Handler) -> Worker:
        return Worker(self.database, {"count": handler})

    def counting(self, task: Task) -> Finish:
        task.progress("counting", 0.5)
        return lambda tx: self.noted.append(f"{tx.organization_id} {task.arguments['to']} {task.resource_id}")


@pytest.fixture
def bench(database: Database) -> Bench:
    """Give a bench, once on each engine."""
    organization_id, _ = new_organization(database, "Example")
    return Bench(database, organization_id)


def later(database: Database, **values: object) -> None:
    """Change every job's row, as time or another process would."""
    database.write(lambda session: session.execute(update(Job).values(**values)))


def test_a_job_runs_once(bench: Bench) -> None:
    bench.enqueue()
    assert bench.job().state == "queued"
    mine = bench.worker(bench.counting)
    assert [mine.run_one(), mine.run_one()] == [True, False]
    assert bench.noted == [f"{bench.organization_id} 3 ev_1"]
    job = bench.job()
    assert (job.state, job.attempt, job.share, job.error, job.leased_until) == ("succeeded", 1, 1.0, None, None)
    assert job.finished_at is not None


def test_a_job_exists_only_with_its_transaction(bench: Bench) -> None:
    def unit(session: Session) -> None:
        tx = Transaction(session, jobs_actor(bench), clock.now(), "test")
        queue.enqueue(tx, "count", {}, resource_id="ev_1")
        raise LookupError

    with pytest.raises(LookupError):
        bench.database.write(unit)
    assert not bench.worker(bench.counting).run_one()


def jobs_actor(bench: Bench) -> Actor:
    return Actor(bench.organization_id, "job", "job_x")


def test_the_job_that_waited_longest_comes_first(bench: Bench) -> None:
    for number in range(3):
        bench.enqueue(f"ev_{number}")
    mine = bench.worker(bench.counting)
    assert [mine.run_one() for _ in range(3)] == [True] * 3
    assert [note.rpartition("_")[2] for note in bench.noted] == ["0", "1", "2"]


def test_a_job_of_a_kind_the_worker_does_not_know_is_left_to_others(bench: Bench) -> None:
    bench.enqueue()
    assert not Worker(bench.database, {"other": bench.counting}).run_one()
    assert bench.job().state == "queued"


def test_a_problem_parks_the_job_with_its_detail(bench: Bench) -> None:
    bench.enqueue()

    def refuse(task: Task) -> Finish:
        raise Problem(INVALID, "The file is empty.")

    bench.worker(refuse).run_one()
    assert (bench.job().state, bench.job().error) == ("failed", "The file is empty.")


def test_an_error_is_tried_again_later_and_parked_in_the_end(bench: Bench) -> None:
    bench.enqueue()

    def crash(task: Task) -> Finish:
        raise LookupError("a secret of the code")

    mine = bench.worker(crash)
    for attempt in range(1, queue.FAILURES):
        assert mine.run_one()
        assert (bench.job().state, bench.job().attempt) == ("queued", attempt)
        assert not mine.run_one()  # not before its time
        later(bench.database, available_at=clock.now())
    assert mine.run_one()
    assert (bench.job().state, bench.job().error) == ("failed", "Internal error (LookupError).")
    assert not mine.run_one()


def test_a_result_that_cannot_be_written_is_not_half_written(bench: Bench) -> None:
    bench.enqueue()

    def finish(tx: Transaction) -> None:
        queue.enqueue(tx, "count", {}, resource_id="ev_half")
        tx.session.flush()
        raise LookupError

    bench.worker(lambda _task: finish).run_one()
    with bench.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1
    assert bench.job().state == "queued"


def test_a_worker_taken_for_dead_cannot_write(bench: Bench) -> None:
    bench.enqueue()

    def slow(task: Task) -> Finish:
        later(bench.database, leased_until=clock.now() - timedelta(seconds=1))
        assert bench.worker(bench.counting).run_one()  # another worker takes the job over and finishes it
        return lambda tx: bench.noted.append("late")

    bench.worker(slow).run_one()
    assert len(bench.noted) == 1
    assert "late" not in bench.noted
    assert (bench.job().state, bench.job().attempt, bench.job().failures) == ("succeeded", 2, 0)


def test_a_job_whose_workers_die_with_what_watches_them_is_parked_in_the_end(bench: Bench) -> None:
    bench.enqueue()
    with bench.database.reading() as session:
        assert queue.is_waiting(session, clock.now(), ["count"])
    for _ in range(queue.ATTEMPTS):
        lose_a_worker(bench)
    assert not bench.worker(bench.counting).run_one()
    assert (bench.job().state, bench.job().error) == ("failed", "Every worker that tried this died while at it.")


def lose_a_worker(bench: Bench) -> None:
    """Claim the job as a worker that then dies."""
    claimed = bench.database.write(lambda session: queue.claim(session, "w", clock.now(), ["count"]))
    assert claimed is not None
    later(bench.database, leased_until=clock.now() - timedelta(seconds=1))


def alone(bench: Bench, code: str) -> Worker:
    """Return a worker that has jobs which lost their workers run by this Python code in a process of its own."""
    return Worker(bench.database, {"count": bench.counting}, lone=lambda *_: [sys.executable, "-S", "-c", code])


def test_a_job_that_stops_its_own_process_is_parked(bench: Bench) -> None:
    bench.enqueue()
    for _ in range(queue.SHARED_ATTEMPTS):
        lose_a_worker(bench)
    watching = alone(bench, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    for failure in range(1, queue.FAILURES + 1):
        assert watching.run_one()
        assert bench.job().failures == failure
        later(bench.database, available_at=clock.now())
    assert (bench.job().state, bench.job().error) == ("failed", "The work stopped its process (SIGSEGV).")
    assert bench.noted == []


def test_a_job_whose_processes_are_killed_from_outside_is_never_parked(bench: Bench) -> None:
    bench.enqueue()
    for _ in range(queue.SHARED_ATTEMPTS):
        lose_a_worker(bench)
    for _ in range(queue.FAILURES + 1):
        assert alone(bench, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)").run_one()
        assert (bench.job().state, bench.job().failures) == ("queued", 0)
        later(bench.database, available_at=clock.now())
    assert bench.worker(bench.counting).run_one()
    assert bench.job().state == "succeeded"


def test_a_job_ended_for_want_of_memory_is_at_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.enqueue()
    for _ in range(queue.SHARED_ATTEMPTS):
        lose_a_worker(bench)
    counts = iter([7, 8])
    monkeypatch.setattr("service.kit.jobs.alone._ended_for_memory", lambda: next(counts))
    assert alone(bench, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)").run_one()
    assert (bench.job().state, bench.job().failures) == ("queued", 1)


def test_a_job_that_finds_no_database_is_postponed(bench: Bench) -> None:
    bench.enqueue()

    def away(task: Task) -> Finish:
        raise DatabaseBusy("terminating connection")

    for _ in range(queue.FAILURES + 1):
        assert bench.worker(away).run_one()
        assert (bench.job().state, bench.job().failures) == ("queued", 0)
        assert not bench.worker(away).run_one()  # not at once again
        later(bench.database, available_at=clock.now())


def test_a_queued_job_is_cancelled_at_once(bench: Bench) -> None:
    bench.enqueue()
    bench.cancel()
    assert bench.job().state == "cancelled"
    assert not bench.worker(bench.counting).run_one()
    with pytest.raises(Problem, match="already cancelled"):
        bench.cancel()


def test_a_job_cancelled_at_the_last_moment_writes_nothing(bench: Bench) -> None:
    bench.enqueue()

    def late(task: Task) -> Finish:
        bench.cancel()
        with pytest.raises(Problem, match="already cancelled"):
            bench.cancel()
        return bench.counting(task)

    bench.worker(late).run_one()
    assert bench.job().state == "cancelled"
    assert bench.noted == []


@pytest.fixture
def quick_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers give signs of life more often than they would."""
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.02)


def until_stopped(task: Task) -> Finish:
    """Work until told to stop."""
    tick = threading.Event()
    while True:
        task.progress("counting", 0.25)
        tick.wait(0.01)


@pytest.mark.usefixtures("quick_beats")
def test_a_running_job_shows_its_progress_and_can_be_cancelled(bench: Bench) -> None:
    bench.enqueue()
    thread = threading.Thread(target=bench.worker(until_stopped).run_one)
    thread.start()
    eventually(lambda: (bench.job().phase, bench.job().share) == ("counting", 0.25))
    first = bench.job().leased_until
    assert first is not None
    eventually(lambda: (bench.job().leased_until or first) > first)
    bench.cancel()
    thread.join(20)
    assert bench.job().state == "cancelled"


@pytest.mark.usefixtures("quick_beats")
def test_a_stopping_worker_gives_its_job_back(bench: Bench) -> None:
    bench.enqueue()
    stopping = bench.worker(until_stopped)
    thread = threading.Thread(target=stopping.run)
    thread.start()
    eventually(lambda: bench.job().state == "running")
    stopping.stopping.set()
    thread.join(20)
    job = bench.job()
    assert (job.state, job.failures) == ("queued", 0)
    assert bench.worker(bench.counting).run_one()
    assert bench.job().state == "succeeded"


def test_a_handler_reads_and_cannot_write(bench: Bench) -> None:
    bench.enqueue()

    def reads(task: Task) -> Finish:
        with task.reading() as tx:
            bench.noted.append(tx.organization_id)
            tx.session.execute(update(Job).values(kind="other"))
        return bench.counting(task)

    bench.worker(reads).run_one()
    assert bench.noted == [bench.organization_id]
    assert bench.job().kind == "count"


def test_a_worker_survives_its_own_faults(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = bench.worker(bench.counting)
    faults = iter([LookupError(), LookupError()])

    def run_one(self: Worker) -> bool:
        fault = next(faults, None)
        if fault is None:
            self.stopping.set()
            return True
        raise fault

    monkeypatch.setattr(Worker, "run_one", run_one)
    mine.run()
    assert next(faults, None) is None
    with pytest.raises(Stopped):
        Task(bench.database, Job(id="job_x", organization_id="org_x", attempt=1), mine.stopping).progress("x", 0)


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_workers_own_clock_takes_no_job_from_the_living(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    """Leases are judged by the database's clock: SQLite's file has one machine and one clock, PostgreSQL many."""
    if bench.database.is_sqlite:
        pytest.skip("every process on a SQLite file shares its machine's clock")
    bench.enqueue()

    def slow(task: Task) -> Finish:
        with monkeypatch.context() as patch:
            true = clock.now
            patch.setattr(clock, "now", lambda: true() + timedelta(minutes=minutes))
            assert not bench.worker(bench.counting).run_one()  # the other worker's clock is off
        return bench.counting(task)

    assert bench.worker(slow).run_one()
    assert (bench.job().state, bench.job().attempt) == ("succeeded", 1)
    with monkeypatch.context() as patch:
        true = clock.now
        patch.setattr(clock, "now", lambda: true() + timedelta(minutes=minutes))
        bench.enqueue("ev_2")
    assert bench.worker(bench.counting).run_one()  # nor is a job late that a machine ahead of time asked for


def test_an_attempt_that_was_overtaken_neither_ends_nor_renews_the_job(bench: Bench) -> None:
    """The fence itself: `held` and `beat` ask for the attempt, whatever worker asks."""
    bench.enqueue()

    def take(session: Session) -> tuple[str, int]:
        job = queue.claim(session, "w", clock.now(), ["count"])
        assert job is not None
        return job.id, job.attempt

    job_id, first = bench.database.write(take)
    later(bench.database, leased_until=clock.now() - timedelta(seconds=1))
    assert bench.database.write(take) == (job_id, first + 1)
    for write in (
        lambda session: queue.held(session, job_id, first),
        lambda session: queue.beat(session, job_id, first, clock.now(), None, None),
    ):
        with pytest.raises(queue.Lost):
            bench.database.write(write)
    assert bench.database.write(lambda session: queue.held(session, job_id, first + 1).attempt) == first + 1
    assert not bench.database.write(lambda session: queue.beat(session, job_id, first + 1, clock.now(), None, None))


def test_a_job_is_looked_up_in_its_own_organization(bench: Bench) -> None:
    bench.enqueue("ev_shared")
    other, _ = new_organization(bench.database, "Other")
    with transaction(bench.database, other) as tx:
        assert queue.of_resource(tx, "ev_shared") is None
