"""From rows to request logs: repeated requests told apart, exclusions applied, arrivals sorted."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

import numpy as np

from service.workflow.metered_prices import PART_METERS
from service.workflow.traffic import Int64s, RequestLog

from .report import Report
from .scan import Frame, Mask, Scan

MANY_REPEATED = 0.01
"""Share of rows that repeat an id, from which it may be no id of a request."""


def repeated_requests(scan: Scan, frame: Frame, good: Mask) -> Mask:
    """Return which good rows repeat the request id of an earlier good row; none where no id column is recognised.

    Rows left out for another reason (failed, answered from a cache) are no repetition: a retry may share their id.
    Rows without an id are requests of their own, and so are equal rows: two users may ask the same at once.
    """
    repeated = np.zeros(len(frame), dtype=np.bool_)
    name = scan.columns.names.get("request_id")
    if name is None or scan.columns.kind != "log":
        return repeated
    cell = scan.table.cells[name]
    ids = f"(SELECT row_number() OVER () - 1 AS record, {cell} AS id FROM {scan.table.relation})"
    known = f"{ids} WHERE NOT blank(id)"
    counted = scan.connection.execute(f"SELECT count(*) - count(DISTINCT id) FROM {known}").fetchone()
    if counted is None or counted[0] == 0:
        return repeated
    found = scan.connection.execute(
        f"SELECT record, first FROM (SELECT record, min(record) OVER (PARTITION BY id) AS first, "
        f"count(*) OVER (PARTITION BY id) AS times FROM {known}) WHERE times > 1 ORDER BY record"
    ).fetchnumpy()
    record, group = np.asarray(found["record"]), np.asarray(found["first"])
    served = good & ~excluded(scan, frame)
    record, group = record[served[record]], group[served[record]]
    _, first = np.unique(group, return_index=True)
    repeated[np.delete(record, first)] = True
    return repeated


def tell_repeated(scan: Scan, repeated: int, rows: int, report: Report) -> None:
    """Say where what was taken for an id of requests is in many rows of different times, as ids of sessions are."""
    name = scan.columns.names.get("request_id")
    if name is None or repeated <= MANY_REPEATED * rows:
        return
    cell, arrival = scan.table.cells[name], scan.table.cells[scan.columns.names["arrival"]]
    query = f"SELECT count(DISTINCT ({cell}, {arrival})) - count(DISTINCT {cell}) FROM {scan.table.relation}"
    apart = (scan.connection.execute(f"{query} WHERE NOT blank({cell})").fetchone() or (0,))[0]
    if apart > MANY_REPEATED * rows:
        detail = f"{repeated} of {rows} rows repeat the {name!r} of an earlier row, most at other times, and were "
        detail += "counted once: if it is no id of a request but of a session or user, name another column with "
        report.find("repeated_ids", f"{detail}column.request_id=..., or leave it out", repeated, can_move=True)


def excluded(scan: Scan, frame: Frame) -> Mask:
    """Return which rows are left out of the history as told: failed requests, answers of a cache."""
    if frame.skip is None or not scan.skipped:
        return np.zeros(len(frame), dtype=np.bool_)
    return np.isin(frame.skip, scan.skipped)


def build_log(
    frame: Frame, utc_us: Int64s, finish_us: Int64s | None, observed: tuple[int, int | None], report: Report
) -> RequestLog:
    """Return the log of the frame's rows, of which there are some, observed from a start to an end (None: its last)."""
    arrival = utc_us
    columns = [wide(frame, name) for name in ("input", "cached", "output")]
    parts = [(name, wide(frame, name)) for name in PART_METERS if name in frame.values and frame.values[name].any()]
    service = _service(frame, utc_us, finish_us, report)
    keys = [*columns] if service is None else [*columns, service]
    order = _order(arrival, keys)
    if order is not None:
        arrival, keys = arrival[order], [key[order] for key in keys]
        parts = [(name, column[order]) for name, column in parts]
    # A start that is the first arrival says no more than the file does, so both spellings are one history.
    start = None if observed[0] == int(arrival[0]) else observed[0]
    lasting = None if service is None else keys[3]
    return RequestLog(arrival, keys[0], keys[1], keys[2], lasting, start, observed[1], tuple(parts))


def wide(frame: Frame, name: str) -> Int64s:
    """Return a column as int64, zeros where the file has no such column."""
    column = frame.values.get(name)
    return np.zeros(len(frame), dtype=np.int64) if column is None else column.astype(np.int64, copy=False)


def _order(arrival: Int64s, keys: list[Int64s]) -> Int64s | None:
    """Return the order by arrival and then by every other column, None where the rows are in it already."""
    if np.all(arrival[1:] > arrival[:-1]):
        return None
    order = np.argsort(arrival, kind="stable")
    tied = np.diff(arrival[order]) == 0
    rows = np.flatnonzero(np.append(tied, False) | np.insert(tied, 0, False))
    among = order[rows]
    # Groups of equal arrivals keep their places, so sorting all tied rows at once sorts each group within itself.
    order[rows] = among[np.lexsort((*(key[among] for key in reversed(keys)), arrival[among]))]
    return order


def _service(frame: Frame, arrival: Int64s, finish_us: Int64s | None, report: Report) -> Int64s | None:
    """Return measured service times in µs, None where they are not there for every request."""
    if "service" in frame.values:
        service, absent = wide(frame, "service"), frame.missing.get("service")
    elif finish_us is not None:
        service, absent = finish_us - arrival, frame.missing.get("finish")
    else:
        return None
    lacking = service < 0 if absent is None else (service < 0) | absent
    count = int(np.count_nonzero(lacking))
    if count:
        report.find("service_time_incomplete", f"{count} requests have no service time; none of it is used", count)
        return None
    return service
