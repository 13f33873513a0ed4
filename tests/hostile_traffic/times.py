"""Hostile times: other spellings, other units, clocks that lie, hours that were not or were twice."""

from tests.hostile_traffic.case import Hostile, among, csv, good, one_bad, refused, taken

START = "start=2026-10-05T00:00:00Z"
BERLIN = "zone=Europe/Berlin"
ON = "2026-10-05T00:00:00Z"


def naive(*times: str) -> list[str]:
    """Return rows at wall-clock times."""
    return [f"{time},1,1" for time in times]


TIMES = [
    *[
        one_bad(name, f"{time},1,1", reason)
        for name, time, reason in [
            ("30 February", "2026-02-30T00:00:00Z", "not_a_time"),
            ("hour 25", "2026-10-05T25:00:00Z", "not_a_time"),
            ("month 13", "2026-13-05T00:00:00Z", "not_a_time"),
            ("second 61", "2026-10-05T23:59:61Z", "not_a_time"),
            ("second 60 in the middle of an hour", "2026-10-05T23:30:60Z", "not_a_time"),
            ("year nought", "0000-00-00T00:00:00Z", "not_a_time"),
            ("year 9999", "9999-12-31T00:00:00Z", "not_a_time"),
            ("year 1900", "1900-01-01T00:00:00Z", "time_out_of_range"),
            ("year 2150", "2150-01-01T00:00:00Z", "time_out_of_range"),
            ("year 290000", "290000-01-01T00:00:00Z", "not_a_time"),
            ("before Christ", "0044-03-15 (BC) 00:00:00Z", "not_a_time"),
            ("infinity", "infinity", "not_a_time"),
            ("epoch", "epoch", "not_a_time"),
            ("now", "now", "not_a_time"),
            ("an offset of 99 hours", "2026-10-05T00:00:00+99:00", "not_a_time"),
            ("a zone by name", "2026-10-05T00:00:00 Europe/Berlin", "not_a_time"),
            ("no zone among zones", "2026-10-05T00:00:00", "zone_missing"),
            ("day first", "05/10/2026 00:00:00", "not_a_time"),
            ("a number among dates", "1790000000", "not_a_time"),
            ("nothing", "", "missing_value"),
        ]
    ],
    refused("no zone, none declared", csv(*naive("2026-10-05 00:00:00")), "zone_required"),
    refused("day first throughout", csv(*naive("05/10/2026 00:00", "06/10/2026 00:00")), "date_order"),
    refused("words for times", csv(*naive("yesterday", "today")), "unrecognised_time"),
    refused("a zone that is none", among(), "invalid", "zone=Mars/Olympus"),
    refused("a zone that is a path", among(), "invalid", "zone=../../etc/passwd"),
    refused("a start that is none", among(), "invalid", "start=2026-13-45T00:00:00Z"),
    refused("a start without zone", among(), "invalid", "start=2026-10-05T00:00:00"),
    refused("a start after the first row", among(), "outside_declared_span", "start=2026-10-05T00:00:01Z"),
    refused("an end before the last row", among(), "outside_declared_span", "end=2026-10-05T00:03:19Z"),
    refused("a start in the year 2000", among(), "too_long_span", "start=2000-01-01T00:00:00Z"),
    refused("an end in the year 2099", among(), "too_long_span", "end=2099-01-01T00:00:00Z"),
    refused("a century", csv(*naive("2000-01-02T00:00:00Z", "2099-01-01T00:00:00Z")), "too_long_span"),
    refused("seconds from a start nobody named", csv("0.0,1,1", "1.5,1,1"), "start_required"),
    refused("negative seconds", csv("-1,1,1", "-2,1,1"), "unrecognised_time", START),
    refused("NaN for times", csv("nan,1,1", "nan,1,1"), "unrecognised_time"),
    refused("times with exponents", csv("1.79e9,1,1", "1.79e9,1,1"), "unrecognised_time"),
    refused(
        "milliseconds called seconds", csv("1790000000000,1,1", "1790000001000,1,1"), "too_many_rejects", "time_unit=s"
    ),
    Hostile(
        "seconds and milliseconds mixed",
        csv(*[f"{1_790_000_000 + n},1,1" for n in range(200)], "1790000000000,1,1"),
        rows=(201, 200, 1, 0),
        reason="time_out_of_range",
    ),
    Hostile(
        "a negative number of seconds",
        csv(*[f"{n},1,1" for n in range(200)], "-5,1,1"),
        query=START,
        rows=(201, 200, 1, 0),
        reason="not_a_time",
    ),
    Hostile(
        "an offset where none was",
        csv(*naive(*[f"2026-10-05 00:{n // 60:02}:{n % 60:02}" for n in range(200)], "2026-10-05 00:00:00+02:00")),
        query=BERLIN,
        rows=(201, 200, 1, 0),
        reason="zone_unexpected",
    ),
    taken(
        "a leap second",
        csv(*naive("2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z", "2017-01-01T00:00:01Z")),
        4,
        finding="leap_seconds",
    ),
    taken(
        "an hour that was not",
        csv(*naive("2026-03-29 01:59:59", "2026-03-29 02:30:00", "2026-03-29 03:30:00")),
        3,
        BERLIN,
        "daylight_saving_gap",
    ),
    taken(
        "an hour that was twice",
        csv(*naive("2026-10-25 02:30:00", "2026-10-25 02:59:00", "2026-10-25 02:10:00", "2026-10-25 03:00:00")),
        4,
        BERLIN,
        "daylight_saving_fold",
    ),
    taken("rows out of order", csv(*reversed(good(5)), *good(20, 100)), 25, finding="out_of_order"),
    taken("a clock that jumps back", csv(*good(5, 3600), *good(20)), 25, finding="clock_jumps"),
    taken("newest first", csv(*reversed(good(50))), 50),
    taken("thirty digits of a second", csv(f"2026-10-05T00:00:00.{'1' * 30}Z,1,1", *good(9)), 10),
    taken("a comma for a point", csv('"2026-10-05T00:00:00,5Z",1,1', *good(9)), 10),
    taken("small letters", csv("2026-10-05t00:00:00z,1,1", *good(9)), 10),
    taken(
        "offsets of every kind",
        csv(
            *naive(
                ON,
                "2026-10-05T02:00:00+02:00",
                "2026-10-05 02:00:00+02",
                "2026-10-04T18:30:00-0530",
                "2026-10-05 00:00:00 UTC",
            )
        ),
        5,
    ),
    taken("hour 24", csv("2026-10-04T24:00:00Z,1,1", *good(9)), 10),
    taken("no seconds", csv("2026-10-05T00:00Z,1,1", *good(9)), 10),
    taken("nanoseconds", csv(*[f"179000000000000{n:04},1,1" for n in range(10)]), 10),
]
