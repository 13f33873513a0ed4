"""Whether counts can be what their columns are taken for: counters that only rise, tokens in thousands."""

import numpy as np

from service.workflow.traffic import BUCKET_SECONDS, MINUTE, SECOND, BucketSeries, Int64s, RequestLog, TrafficHistory

from .aliases import Field
from .errors import RefusedError
from .report import Report
from .scan import Scan

FEWEST, FEWEST_NAMED = 24, 6
"""Buckets in which counts must only rise to be taken for a counter; where its name ends in `total`."""

RISING = 0.8
"""Least share of buckets in which a counter rises."""

MANY = 50_000
"""Input tokens of a mean row above which regular rows are taken to be buckets rather than requests."""

MOST_PER_REQUEST = 4_000_000
"""Tokens of a mean request above which the unit is in doubt: twice the longest context on sale."""


def require_no_counters(scan: Scan, series: BucketSeries) -> None:
    """Refuse counters as they stand, which were never reset, unless the file was said to be a series.

    Raises RefusedError: `counter`.
    """
    columns: list[tuple[Field, Int64s]] = [
        ("input_tokens", series.input_tokens),
        ("output_tokens", series.output_tokens),
    ]
    if series.requests is not None:
        columns.append(("requests", series.requests))
    told = [(scan.columns.names.get(field, field), column) for field, column in columns if column.any()]
    if scan.options.kind is None and told and all(_only_rises(name, column) for name, column in told):
        name = told[0][0]
        detail = f"{name!r} never falls from one row to the next, as a counter does: export what it rose by, such as "
        detail += f"increase({name}[1m]), or say kind=series if these are counts of each bucket"
        raise RefusedError("counter", detail, "kind")


def _only_rises(name: str, column: Int64s) -> bool:
    fewest = FEWEST_NAMED if name.endswith("total") else FEWEST
    steps = np.diff(column)
    rises = np.count_nonzero(steps > 0) >= RISING * len(steps)
    return len(column) >= fewest and bool((steps >= 0).all()) and bool(rises)


def require_no_spans(scan: Scan, log: RequestLog) -> None:
    """Refuse rows that each last from one full bucket's start to its end: no request does, counts of buckets do.

    Raises RefusedError: `log_or_series`.
    """
    if scan.options.kind is not None or log.service_us is None or len(log.arrival_us) < FEWEST_NAMED:
        return
    long_us = int(log.service_us[0])
    whole = long_us >= MINUTE and long_us // SECOND in BUCKET_SECONDS and long_us % SECOND == 0
    if whole and bool((log.service_us == long_us).all()) and not (log.arrival_us % long_us).any():
        detail = (
            f"every row begins on the mark and ends {long_us // SECOND} s later, as buckets do: say kind=series, with "
        )
        detail += "column.requests=... where a column counts the requests, or kind=log if each row is one request"
        raise RefusedError("log_or_series", detail, "kind")


def tell_regular(scan: Scan, log: RequestLog, report: Report) -> None:
    """Say where what was read as a request a row may be buckets: rows as far apart as those, of very many tokens."""
    steps = np.unique(np.diff(log.arrival_us))
    if scan.options.kind is not None or scan.columns.dialect is not None or len(log.arrival_us) < FEWEST:
        return
    mean = int(log.input_tokens.sum()) / len(log.arrival_us)
    if len(steps) == 1 and int(steps[0]) // SECOND in BUCKET_SECONDS[1:] and mean > MANY:
        detail = (
            f"rows are all {steps[0] / SECOND:g} s apart and of {mean:,.0f} input tokens on average, as buckets are, "
        )
        detail += "and were read as one request each: say kind=series, with column.requests=... where one counts them, "
        report.find("log_or_series", f"{detail}or kind=log", can_move=True)


def tell_implausible(history: TrafficHistory, report: Report) -> None:
    """Say where a mean request has less than one token of input, or more than any model takes."""
    requests = history.requests if isinstance(history, BucketSeries) else None
    count = len(history.input_tokens) if requests is None else int(requests.sum())
    tokens, output = int(history.input_tokens.sum()), int(history.output_tokens.sum())
    if not count or not tokens or (isinstance(history, BucketSeries) and requests is None):
        return
    mean = (tokens + output) / count
    if tokens < count or mean > MOST_PER_REQUEST:
        detail = f"a request has {tokens / count:.3g} input and {output / count:.3g} output tokens on average: are the "
        detail += "columns in another unit, or is one of them a counter?"
        report.find("tokens_implausible", detail, can_move=True)
