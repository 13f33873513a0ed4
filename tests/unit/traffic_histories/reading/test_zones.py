"""Wall clocks that skip an hour or show it twice."""

from zoneinfo import ZoneInfo

import pytest

from service.traffic_histories.reading.zones import place
from service.workflow.traffic import HOUR, SECOND, BucketSeries
from tests.histories import at, ints
from tests.reading import found, read, read_log, read_parts

BERLIN = ZoneInfo("Europe/Berlin")


def wall(*times: str) -> list[int]:
    """Return wall-clock times as µs since 1970 of that clock."""
    return [at(f"{time}+00:00") for time in times]


def utc(*times: str) -> list[int]:
    """Return UTC times in µs since 1970."""
    return wall(*times)


def test_summer_and_winter_have_their_offsets() -> None:
    placed = place(ints(wall("2026-01-05T12:00:00", "2026-07-05T12:00:00")), BERLIN)
    assert placed.utc_us.tolist() == utc("2026-01-05T11:00:00", "2026-07-05T10:00:00")
    assert (placed.in_gap, placed.in_fold) == (0, 0)


def test_a_skipped_hour_is_read_with_the_offset_before() -> None:
    placed = place(ints(wall("2026-03-29T01:59:59", "2026-03-29T02:30:00", "2026-03-29T03:00:00")), BERLIN)
    assert placed.utc_us.tolist() == utc("2026-03-29T00:59:59", "2026-03-29T01:30:00", "2026-03-29T01:00:00")
    assert placed.in_gap == 1


def test_an_hour_that_was_twice_is_told_apart_by_the_order() -> None:
    times = wall("2026-10-25T02:15:00", "2026-10-25T02:45:00", "2026-10-25T02:15:00", "2026-10-25T03:00:00")
    placed = place(ints(times), BERLIN)
    assert placed.utc_us.tolist() == utc(
        "2026-10-25T00:15:00", "2026-10-25T00:45:00", "2026-10-25T01:15:00", "2026-10-25T02:00:00"
    )
    assert (placed.in_fold, placed.second_pass) == (3, 1)


def test_every_source_in_a_file_passes_the_hour_for_itself() -> None:
    once = wall("2026-10-25T01:30:00", "2026-10-25T02:10:00", "2026-10-25T02:50:00", "2026-10-25T02:10:00")
    placed = place(ints(once * 2), BERLIN)
    assert placed.utc_us.tolist() == 2 * utc(
        "2026-10-24T23:30:00", "2026-10-25T00:10:00", "2026-10-25T00:50:00", "2026-10-25T01:10:00"
    )


@pytest.mark.parametrize("rows", [1, 2])
def test_an_hour_told_twice_in_hourly_buckets_is_two_hours(rows: int) -> None:
    hours = [("00", 1), ("01", 1), ("02", 2), ("03", 1)]
    lines = [f"2026-10-25 {hour}:00:00,{n},7" for hour, times in hours for _ in range(times) for n in range(rows)]
    text = "\n".join(["start,key,requests", *lines])
    history, report = read(text, zone="Europe/Berlin")
    assert isinstance(history, BucketSeries)
    assert history.start_us.tolist() == [utc("2026-10-24T22:00:00")[0] + n * HOUR for n in range(5)]
    assert history.requests is not None
    assert history.requests.tolist() == [7 * rows] * 5
    assert found(report)["daylight_saving_fold"] == 2 * rows
    assert report.rows.duplicate == 0


def test_an_hour_told_once_in_hourly_buckets_is_one() -> None:
    times = wall("2026-10-25T01:00:00", "2026-10-25T02:00:00", "2026-10-25T03:00:00")
    assert place(ints(times), BERLIN, buckets=True).second_pass == 0
    assert place(ints(times[1:2]), BERLIN, buckets=True).second_pass == 0


def test_a_little_disorder_is_no_second_pass() -> None:
    placed = place(ints(wall("2026-10-25T02:15:10", "2026-10-25T02:15:00", "2026-10-25T02:40:00")), BERLIN)
    assert placed.second_pass == 0


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "America/Sao_Paulo"])
def test_zones_with_odd_offsets_and_changes_of_half_an_hour(zone: str) -> None:
    from datetime import UTC, datetime, timedelta

    days = [datetime(2018, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(0, 730, 7)]
    instants = [round(day.timestamp()) * SECOND for day in days]
    clocks = [round(day.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC).timestamp()) * SECOND for day in days]
    assert place(ints(clocks), ZoneInfo(zone)).utc_us.tolist() == instants


def test_nothing_is_placed_nowhere() -> None:
    assert len(place(ints([]), BERLIN).utc_us) == 0


def test_a_log_across_the_fold_reports_it() -> None:
    times = ["01:50", "02:10", "02:50", "02:10", "02:50", "03:10"]
    text = "arrival,input_tokens,output_tokens\n" + "".join(f"2026-10-25 {time}:00,1,1\n" for time in times)
    _, report = read_parts(text, zone="Europe/Berlin")
    assert found(report) == {"daylight_saving_fold": 4}
    assert len(set(read_log(text, zone="Europe/Berlin").arrival_us.tolist())) == 6
