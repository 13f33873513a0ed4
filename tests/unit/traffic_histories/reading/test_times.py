"""Times in every spelling, to the nearest microsecond."""

import pytest

from service.traffic_histories.reading.time_text import instant_text, parse_instant
from tests.histories import at
from tests.reading import found, read, read_log, refusal

NOON_US = at("2026-10-05T12:00:00+00:00")
START_US = at("2026-10-05T00:00:00+00:00")


def arrivals(*times: str, **options: object) -> list[int]:
    """Return arrivals of a log with these times, in µs after noon UTC."""
    text = "arrival;input_tokens;output_tokens\n" + "".join(f"{time};1;1\n" for time in times)
    return [int(arrival) - NOON_US for arrival in read_log(text, **options).arrival_us]


@pytest.mark.parametrize(
    ("time", "microseconds"),
    [
        ("2026-10-05T12:00:00Z", 0),
        ("2026-10-05 12:00:00Z", 0),
        ("2026-10-05t12:00:00z", 0),
        ("2026-10-05T12:00Z", 0),
        ("2026-10-05 12:00:00 UTC", 0),
        ("2026-10-05 12:00:00 GMT", 0),
        (" 2026-10-05T12:00:00Z ", 0),
        ("2026-10-05T14:00:00+02:00", 0),
        ("2026-10-05T14:00:00+0200", 0),
        ("2026-10-05T14:00:00+02", 0),
        ("2026-10-05T06:30:00-05:30", 0),
        ("2026-10-05T06:30:00.25-0530", 250_000),
        ("2026-10-05T12:00:00.5Z", 500_000),
        ("2026-10-05T12:00:00,5Z", 500_000),
        ("2026-10-05T12:00:00.1234567Z", 123_457),
        ("2026-10-05T12:00:00.1234564999Z", 123_456),
        ("2026-10-05T12:00:00.0000005Z", 1),
        ("2026-10-05T12:00:00.9999995Z", 1_000_000),
        ("2026-10-05T12:00:00.000000499999999999999999999Z", 0),
        ("2026-10-04T24:00:00Z", -12 * 3_600_000_000),
        ("1791201600", 0),
        ("1791201600.0000005", 1),
        ("1791201600.1234565", 123_457),
        ("1791201600123", 123_000),
        ("1791201600123.4565", 123_457),
        ("1791201600123456", 123_456),
        ("1791201600123456.5", 123_457),
        ("1791201600123456499", 123_456),
        ("1791201600123456500", 123_457),
    ],
)
def test_a_time_is_read_to_the_nearest_microsecond(time: str, microseconds: int) -> None:
    assert arrivals(time) == [microseconds]


def test_times_without_zone_are_read_in_the_declared_one() -> None:
    assert arrivals("2026-10-05 14:00:00.5", zone="Europe/Berlin") == [500_000]
    assert arrivals("2026-10-05 17:45", zone="Asia/Kathmandu") == [0]


def test_a_zone_in_the_file_needs_no_declared_one_and_wins_over_it() -> None:
    assert arrivals("2026-10-05T12:00:00Z", zone="Europe/Berlin") == [0]


def test_a_missing_zone_is_asked_for() -> None:
    error = refusal("arrival,input_tokens,output_tokens\n2026-10-05 12:00:00,1,1\n")
    assert (error.code, error.parameter) == ("zone_required", "zone")


@pytest.mark.parametrize(("unit", "times"), [("s", "0.25"), ("ms", "250"), ("us", "250000"), ("ns", "250000000")])
def test_times_from_a_start_count_in_the_declared_unit(unit: str, times: str) -> None:
    assert arrivals("0", times, time_unit=unit, start_us=NOON_US) == [0, 250_000]


def test_times_from_a_start_count_in_seconds_unless_told() -> None:
    assert arrivals("0.0", "1.5", start_us=NOON_US) == [0, 1_500_000]


def test_a_missing_start_is_asked_for() -> None:
    error = refusal("arrival,input_tokens,output_tokens\n0.5,1,1\n")
    assert (error.code, error.parameter) == ("start_required", "start")


def test_the_declared_unit_decides_where_the_size_could_mislead() -> None:
    days = 40
    assert arrivals(str(days * 86_400_000), time_unit="ms", start_us=NOON_US) == [days * 86_400_000_000]


def test_a_leap_second_is_the_one_after() -> None:
    text = "arrival,input_tokens,output_tokens\n2016-12-31T23:59:60.25Z,1,1\n2017-01-01T00:59:60+01:00,1,1\n"
    history, report = read(text)
    assert history.digest
    assert report.first == "2017-01-01T00:00:00Z"
    assert report.last == "2017-01-01T00:00:00.250000Z"
    assert found(report) == {"leap_seconds": 2}


@pytest.mark.parametrize(
    "text", ["", "noon", "2026-10-05", "2026-10-05T12:00:00", "2026-13-05T12:00:00Z", "2026-10-05T12:00:00+99:00"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


def test_an_instant_is_written_as_it_is_read() -> None:
    for text in ("2026-10-05T12:00:00Z", "2026-10-05T12:00:00.000001Z", "2023-11-16T18:15:46.680590Z"):
        assert instant_text(parse_instant(text)) == text
    assert parse_instant("2026-10-05T14:00:00.0000005+02:00") == NOON_US + 1
