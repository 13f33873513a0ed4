"""What was read of a traffic file, in words: rows, columns, guesses, and what was left out."""

from dataclasses import dataclass
from typing import Any

from service.reports import words

Json = dict[str, Any]

LEFT_OUT = (
    ("rejected", "could not be read"),
    ("duplicate", "told twice, counted once"),
    ("failed", "failed requests, not in the traffic"),
    ("cache_hits", "answered by a response cache, not in the traffic"),
    ("filtered", "of other traffic than was asked for"),
)

UNITS = {"iso_8601": "written out", "s": "in seconds", "ms": "in milliseconds", "us": "in microseconds"}


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A reading report in words.

    sentence: what the file is. columns: field and the file's column. guesses: each with whether it can move the answer.
    left_out: counts in words. rejects: the first rows that could not be read: line, column, value, reason.
    """

    sentence: str
    columns: list[tuple[str, str]]
    ignored: list[str]
    guesses: list[tuple[str, bool]]
    left_out: list[str]
    rejects: list[tuple[str, str, str, str]]


def read_file(report: Json) -> ReadFile:
    """Return a reading report in words."""
    rows = report["rows"]
    kind = (
        "a request log" if report["kind"] == "log" else f"a series of {words.duration(report['bucket_seconds'])} a row"
    )
    writer = f", as {report['dialect']} writes them" if report["dialect"] else ""
    read = f"{words.plural(rows['read'], 'row')} read, {words.count(rows['stored'])} used"
    return ReadFile(
        f"{words.upper_first(kind)} in {report['format'].upper()}{writer}: {read}.",
        [(field.replace("_", " "), column) for field, column in report["columns"].items()],
        list(report["ignored_columns"]),
        [
            *_times(report),
            *((words.upper_first(one["detail"]) + ".", one["can_move_the_answer"]) for one in report["findings"]),
        ],
        [f"{words.count(rows[name])} {word}" for name, word in LEFT_OUT if rows[name]],
        [
            (str(one["line"] or ""), one["column"] or "", one["value"] or "", one["reason"].replace("_", " "))
            for one in report["first_rejects"]
        ],
    )


def _times(report: Json) -> list[tuple[str, bool]]:
    """Return how times were understood."""
    time = report["time"]
    unit = UNITS.get(time.get("unit", ""), "")
    taken = {
        "utc": "are taken as UTC, or as the zone that each names",
        "zone": f"are taken as {time.get('zone')}",
        "start": "count from the start that was declared",
    }[time["reference"]]
    return [(f"Times {taken}{', ' + unit if unit else ''}.", False)]
