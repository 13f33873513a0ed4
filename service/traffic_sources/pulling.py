"""The job of a pull: runs its statement in the warehouse, reads the result as an upload, keeps it as a history."""

import hashlib
import tempfile
from pathlib import Path

from service.kit import canonical_json, clock
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, Problem
from service.kit.http.uploads import Received
from service.kit.jobs.worker import Finish, Stopped, Task
from service.model_names import service as model_names
from service.traffic_histories import service as histories
from service.traffic_histories.problems import problem_of
from service.traffic_histories.reading import ReadLimits, RefusedError
from service.traffic_histories.reading.process import Encoded, parse
from service.traffic_histories.upload_query import ReadWords, reading_options
from service.traffic_sources import asking, queries, service
from service.traffic_sources.models import TrafficPull
from service.traffic_sources.pulled import Pulled, held
from service.traffic_sources.reading_warehouses import PullFailed, Run, connected
from service.traffic_sources.result_file import write_csv
from service.traffic_sources.warehouses import Warehouse, Warehouses
from service.workloads import service as workloads

MOST_REJECTED = 0.01
"""Share of rejected rows above which nothing is kept, as of an upload."""


def run(task: Task, warehouses: Warehouses, work_folder: Path, most_bytes: int) -> Finish:
    """Run the pull that the task works for. Raises Problem whose detail says why it cannot be."""
    task.progress("connect", 0.0)
    with task.reading() as tx:
        pull = asking.get(tx, task.resource_id).row
        source = service.get(tx, pull.traffic_source_id)
        workload = workloads.get(tx, source.workload_id)
        asked = model_names.asked(tx, workload.model)
        warehouse = warehouses.get(source.warehouse)
        tx.session.expunge_all()
    if warehouse is None or not warehouse.serves(pull.organization_id):
        raise Problem(CONFLICT, f"The warehouse {source.warehouse} is no longer open to this organization.")
    began = clock.now()
    work_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pull-", dir=work_folder) as name:
        counts, pulled = _pulled(task, pull, warehouse, Path(name), asked, most_bytes)
    pulled.statement["at"] = began.isoformat().replace("+00:00", "Z")

    def finish(tx: Transaction) -> None:
        """Keep the history, and note which it is."""
        kept = histories.keep(tx, source.workload_id, pulled)
        row = queries.pull(tx, pull.id)
        assert row is not None
        row.ran_at, row.counts, row.traffic_history_id = began, counts, kept.history.id

    return finish


def _pulled(
    task: Task, pull: TrafficPull, warehouse: Warehouse, folder: Path, asked: tuple[str, ...], most_bytes: int
) -> tuple[dict[str, int], Pulled]:
    path = folder / "result.csv"
    most_rows = ReadLimits().rows
    try:
        with connected(warehouse) as connection, task.interrupted_by(connection.interrupt):
            task.progress("count", 0.05)
            counts = _counts(connection.run, pull.counts_statement)
            task.progress("pull", 0.3)
            write_csv(connection.run, pull.statement, path, most_rows, most_bytes, lambda: task.progress("pull", 0.5))
    except PullFailed as error:
        if task.must_stop:
            raise Stopped from error  # the warehouse says of an interrupted statement that it was
        raise Problem(CONFLICT, str(error)) from error
    task.progress("read", 0.8)
    words = ReadWords().load(asking.upload_words(pull))
    try:
        encoded = parse(path, folder, reading_options(words, asked=asked))
    except RefusedError as error:
        raise problem_of(error) from error
    with path.open("rb") as file:
        fingerprint = hashlib.file_digest(file, "sha256").digest()
    received = Received(path, path.stat().st_size, fingerprint)
    statement = {"sql": pull.statement, "digest": canonical_json.digest(pull.statement.encode())}
    kept = Encoded(tuple(map(held, encoded.histories)), encoded.report)
    return counts, Pulled(received, kept, asking.upload_words(pull), statement)


def _counts(execute: Run, sql: str) -> dict[str, int]:
    """Return rows by what became of them. Raises PullFailed where there are none, or too many were rejected."""
    _, rows = execute(sql)
    counts = {str(state): int(count) for state, count in rows}
    if not counts.get("kept"):
        raise PullFailed(f"The table holds no request of that time that can be read: {counts or 'it has no rows'}.")
    rejected, read = counts.get("rejected", 0), sum(counts.values())
    if rejected > MOST_REJECTED * read:
        raise PullFailed(
            f"{rejected} of {read} rows were rejected, more than one in a hundred: their time or tokens are missing or "
            "no whole numbers, or they have more cached tokens than input. Is a column named for another?"
        )
    return counts
