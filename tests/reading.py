"""Reading traffic files in the test's own process, which is what the parser process does without its limits."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from service.traffic_histories.reading import ReadOptions, RefusedError
from service.traffic_histories.reading.read import read_file
from service.traffic_histories.reading.report import Report
from service.workflow.traffic import BucketSeries, RequestLog, TrafficHistory


def read_parts(content: bytes | str, **options: Any) -> tuple[dict[str | None, TrafficHistory], Report]:  # noqa: ANN401
    """Return the histories in a file by the value it was split by, and the report."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sent"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        parts, report = read_file(path, Path(folder), ReadOptions(**options))
    return {part.key: part.history for part in parts}, report


def read(content: bytes | str, **options: Any) -> tuple[TrafficHistory, Report]:  # noqa: ANN401
    """Return the one history in a file, and the report."""
    parts, report = read_parts(content, **options)
    return parts[None], report


def read_log(content: bytes | str, **options: Any) -> RequestLog:  # noqa: ANN401
    """Return the log in a file."""
    history, _ = read(content, **options)
    assert isinstance(history, RequestLog)
    return history


def read_series(content: bytes | str, **options: Any) -> BucketSeries:  # noqa: ANN401
    """Return the series in a file."""
    history, _ = read(content, **options)
    assert isinstance(history, BucketSeries)
    return history


def refusal(content: bytes | str, **options: Any) -> RefusedError:  # noqa: ANN401
    """Return why a file is refused."""
    with pytest.raises(RefusedError) as caught:
        read(content, **options)
    return caught.value


def found(report: Report) -> dict[str, int | None]:
    """Return the counts of the report's findings by code."""
    return {finding.code: finding.count for finding in report.findings}
