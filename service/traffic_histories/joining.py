"""One history out of several files: a month a file, a service a file, laid one after the other or added up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.traffic_histories.reading import ReadResult, RefusedError
from service.traffic_histories.reading.report import Finding
from service.traffic_histories.reading.time_text import instant_text
from service.workflow.traffic import DAY, SECOND, BucketSeries, Int64s, RequestLog, TrafficHistory, stacked_parts


@dataclass(frozen=True, slots=True)
class Joined:
    """The history of several files, and what joining them found."""

    history: TrafficHistory
    findings: tuple[Finding, ...]


def joined(results: Sequence[ReadResult]) -> Joined:
    """Return one history of the files' histories.

    What two files tell alike, a request of the same arrival and tokens or a bucket of the same counts, is counted
    once; buckets that differ are added up. Raises RefusedError: `different_files`.
    """
    histories = [result.history for result in results]
    if len(histories) == 1:
        return Joined(histories[0], ())
    logs = [history for history in histories if isinstance(history, RequestLog)]
    series = [history for history in histories if isinstance(history, BucketSeries)]
    if logs and series:
        detail = "some files are request logs and some are series: evaluate them one at a time, or export all alike"
        raise RefusedError("different_files", detail)
    history, findings = _log(logs) if logs else _series(series)
    return Joined(history, (*findings, *_gaps(histories)))


def _log(logs: Sequence[RequestLog]) -> tuple[RequestLog, list[Finding]]:
    with_service = all(log.service_us is not None for log in logs)
    table = np.concatenate([_rows(log, with_service=with_service) for log in logs])
    parts = stacked_parts(logs)
    table = np.column_stack((table, *(column for _, column in parts)))
    owner = np.repeat(np.arange(len(logs)), [len(log.arrival_us) for log in logs])
    order = np.lexsort((*reversed(table.T[1:]), table[:, 0]))
    table, owner = table[order], owner[order]
    again = np.zeros(len(table), dtype=np.bool_)
    again[1:] = (table[1:] == table[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    count = int(np.count_nonzero(again))
    findings = []
    if count:
        detail = f"{count} requests are in two files with the same arrival and tokens; each was counted once"
        findings.append(Finding("overlapping_files", detail, count))
    table = np.ascontiguousarray(table[~again].T)
    starts = [log.start_us for log in logs if log.start_us is not None]
    ends = [log.end_us for log in logs if log.end_us is not None]
    start = min(starts) if starts and min(starts) < table[0][0] else None
    end = max(ends) if ends and max(ends) > table[0][-1] else None
    service = table[4] if with_service else None
    told = tuple((name, table[place]) for place, (name, _) in enumerate(parts, start=5 if with_service else 4))
    return RequestLog(table[0], table[1], table[2], table[3], service, start, end, told), findings


def _rows(log: RequestLog, *, with_service: bool) -> Int64s:
    columns = [log.arrival_us, log.input_tokens, log.cached_input_tokens, log.output_tokens]
    if with_service and log.service_us is not None:
        columns.append(log.service_us)
    return np.stack(columns, axis=1)


def _series(parts: Sequence[BucketSeries]) -> tuple[BucketSeries, list[Finding]]:
    lengths = sorted({part.bucket_seconds for part in parts})
    if len(lengths) > 1:
        listed = " and ".join(map(str, lengths))
        detail = f"the files have buckets of {listed} seconds: evaluate them one at a time, or export all alike"
        raise RefusedError("different_files", detail)
    counted = all(part.requests is not None for part in parts)
    table = np.concatenate([_buckets(part) for part in parts])
    apart = stacked_parts(parts)
    table = np.column_stack((table, *(column for _, column in apart)))
    table = np.unique(table, axis=0)
    same = sum(len(part.start_us) for part in parts) - len(table)
    starts, first = np.unique(table[:, 0], return_index=True)
    added = len(table) - len(starts)
    sums = np.add.reduceat(table, first, axis=0)
    findings = []
    if same:
        detail = f"{same} buckets are in two files with the same counts; each was counted once"
        findings.append(Finding("overlapping_files", detail, same))
    if added:
        detail = f"{added} buckets are in two files with other counts; they were added up: give one of the files alone "
        findings.append(Finding("overlapping_counts", f"{detail}where both tell the same traffic", added, True))
    requests = sums[:, 1].copy() if counted else None
    tokens, cached, output = (np.ascontiguousarray(sums[:, place]) for place in (2, 3, 4))
    told = tuple((name, np.ascontiguousarray(sums[:, place])) for place, (name, _) in enumerate(apart, start=5))
    return BucketSeries(lengths[0], starts, requests, tokens, cached, output, parts[0].absent, told), findings


def _buckets(part: BucketSeries) -> Int64s:
    requests = np.zeros(len(part.start_us), np.int64) if part.requests is None else part.requests
    return np.stack((part.start_us, requests, part.input_tokens, part.cached_input_tokens, part.output_tokens), axis=1)


def _gaps(histories: Sequence[TrafficHistory]) -> list[Finding]:
    """Tell where time between the files is not in any of them."""
    spans = sorted(_span(history) for history in histories)
    found = []
    reached = spans[0][1]
    for start, end in spans[1:]:
        if start - reached >= DAY:
            detail = f"no file holds the time from {instant_text(reached)} to {instant_text(start)}"
            found.append(Finding("gap_between_files", detail, None, True))
        reached = max(reached, end)
    return found


def _span(history: TrafficHistory) -> tuple[int, int]:
    if isinstance(history, RequestLog):
        return int(history.arrival_us[0]), int(history.arrival_us[-1])
    return int(history.start_us[0]), int(history.start_us[-1]) + history.bucket_seconds * SECOND
