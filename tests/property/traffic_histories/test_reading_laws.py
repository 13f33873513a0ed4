"""Laws of reading: nothing is lost or invented, and how a file spells its traffic does not matter."""

import tempfile
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.traffic_histories.reading.stored_columns import decode, encode
from service.workflow.traffic import SECOND, BucketSeries, RequestLog
from tests.effort import examples
from tests.histories import at, ints
from tests.reading import read, read_log

START = at("2026-10-05T00:00:00+00:00")

GOOD = st.tuples(st.integers(0, 10**12), st.integers(0, 10**9), st.integers(0, 10**9))
"""A request: µs after START, input and output tokens."""

BAD_CELLS = ("", "x", "-1", "1.5", "1e3", "NaN", "1000000001", "0x1", "+1", "null", '"1,0"')
BAD_TIMES = ("", "soon", "2026-02-30T00:00:00Z", "1500-01-01T00:00:00Z", "2026-10-05T00:00:00")
BAD_ROWS = ("", "1", "1,2", "1,2,3,4", '2026-10-05T00:00:00Z,"1"1,1')


def time_text(microseconds: int) -> str:
    """Return µs after START as ISO 8601."""
    return (datetime(2026, 10, 5, tzinfo=UTC) + timedelta(microseconds=microseconds)).isoformat()


bad = st.one_of(
    st.builds(lambda cell: f"2026-10-05T00:00:00Z,{cell},1", st.sampled_from(BAD_CELLS)),
    st.builds(lambda cell: f"2026-10-05T00:00:00Z,1,{cell}", st.sampled_from(BAD_CELLS)),
    st.builds(lambda cell: f"{cell},1,1", st.sampled_from(BAD_TIMES)),
    st.sampled_from([row for row in BAD_ROWS if row]),
)


@given(rows=st.lists(st.one_of(GOOD, bad), min_size=1, max_size=30), newline=st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=examples(150))
def test_every_row_is_accepted_or_rejected_and_none_is_both(
    rows: list[tuple[int, int, int] | str], newline: str
) -> None:
    # Good rows first, and more of them than of any others, so that the form of the times is recognised.
    rows = [*((number, 1, 1) for number in range(len(rows) + 1)), *rows]
    good = [row for row in rows if isinstance(row, tuple)]
    lines = [row if isinstance(row, str) else f"{time_text(row[0])},{row[1]},{row[2]}" for row in rows]
    text = newline.join(["arrival,input_tokens,output_tokens", *lines, ""])
    history, report = read(text, max_rejected_share=1.0)
    counts = report.rows
    assert counts.read == len(rows)
    assert (counts.accepted, counts.rejected, counts.duplicate) == (len(good), len(rows) - len(good), 0)
    assert sum(count.rows for count in report.rejected_by) == counts.rejected
    assert isinstance(history, RequestLog)
    columns = (history.arrival_us - START, history.input_tokens, history.output_tokens)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == sorted(good)


@given(rows=st.lists(GOOD, min_size=1, max_size=20), seed=st.randoms(use_true_random=False))
@settings(max_examples=examples(60))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[int, int, int]], seed: object) -> None:
    def digest(order: list[tuple[int, int, int]]) -> str:
        lines = [f"{time_text(at_us)},{tokens},{output}" for at_us, tokens, output in order]
        return read_log("\n".join(["arrival,input_tokens,output_tokens", *lines, ""])).digest

    shuffled = list(rows)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert digest(shuffled) == digest(rows)


@given(rows=st.lists(GOOD, min_size=1, max_size=20))
@settings(max_examples=examples(40))
def test_every_spelling_of_the_same_times_is_the_same_history(rows: list[tuple[int, int, int]]) -> None:
    def digest(times: list[str], **options: object) -> str:
        lines = [f"{time};{tokens};{output}" for time, (_, tokens, output) in zip(times, rows, strict=True)]
        return read_log("\n".join(["arrival;input_tokens;output_tokens", *lines, ""]), **options).digest

    moments = [datetime(2026, 10, 5, tzinfo=UTC) + timedelta(microseconds=at_us) for at_us, *_ in rows]
    expected = digest([moment.isoformat() for moment in moments])
    berlin = [moment.astimezone(tz=None).isoformat() for moment in moments]
    assert digest(berlin) == expected
    assert digest([moment.isoformat().replace("+00:00", "") for moment in moments], zone="UTC") == expected
    assert digest([str(START + at_us) for at_us, *_ in rows]) == expected
    assert digest([f"{(START + at_us) // SECOND}.{(START + at_us) % SECOND:06}" for at_us, *_ in rows]) == expected
    first = min(at_us for at_us, *_ in rows)
    apart = [at_us - first for at_us, *_ in rows]
    from_start = digest([str(a) for a in apart], time_unit="us", start_us=START + first) if max(apart) < 10**14 else ""
    assert from_start == expected


@given(whole=st.integers(946_684_800, 4_102_444_799), fraction=st.text("0123456789", max_size=18))
@example(whole=1_791_201_600, fraction="9999995")
@example(whole=1_791_201_600, fraction="0000005")
@settings(max_examples=examples(300))
def test_a_fraction_is_rounded_to_the_nearest_microsecond_halves_up(whole: int, fraction: str) -> None:
    exact = Fraction(f"{whole}.{fraction or '0'}") * SECOND
    expected = (exact + Fraction(1, 2)).__floor__()
    text = f"arrival,input_tokens,output_tokens\n{whole}.{fraction},1,1\n"
    iso = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + "Z"
    if expected <= 4_102_444_800 * SECOND:
        assert read_log(text).arrival_us.tolist() == [expected]
        assert read_log(f"arrival,input_tokens,output_tokens\n{iso},1,1\n").arrival_us.tolist() == [expected]


@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 30), st.integers(0, 50), st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from("ab")
        ),
        min_size=2,
        max_size=40,
    )
)  # fmt: skip
@settings(max_examples=examples(100))
def test_a_series_keeps_every_sum(rows: list[tuple[int, int, int, int, str]]) -> None:
    lines = [f"{START // SECOND + 60 * n},{requests},{i},{o},{key}" for n, requests, i, o, key in rows]
    text = "\n".join(["start,requests,input_tokens,output_tokens,key", *lines, ""])
    history, report = read(text, bucket_seconds=60)
    assert isinstance(history, BucketSeries)
    assert history.requests is not None
    different = set(rows)
    assert report.rows.duplicate == len(rows) - len(different)
    assert report.rows.read == report.rows.accepted + report.rows.rejected + report.rows.duplicate
    columns = (history.requests, history.input_tokens, history.output_tokens)
    for place, column in enumerate(columns, start=1):
        assert int(column.sum()) == sum(row[place] for row in different)  # type: ignore[misc]
    assert history.start_us.tolist() == sorted({START + 60 * SECOND * row[0] for row in rows})


@given(
    times=st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=50),
    values=st.integers(-(2**63), 2**63 - 1),
    spread=st.integers(0, 2**62),
)
def test_chunks_give_back_what_went_in(times: list[int], values: int, spread: int) -> None:
    columns = [ints(sorted(times)), ints([max(-(2**63), values - n * spread // 50) for n in range(len(times))])]
    if int(columns[0][-1]) - int(columns[0][0]) < 2**63:
        named = dict(zip(("arrival", "input"), columns, strict=True))
        with tempfile.TemporaryDirectory() as folder:
            chunks = [chunk for _, chunk in encode(named, Path(folder))]
        found = decode(chunks, tuple(named), len(times))
        assert all(np.array_equal(a, b) for a, b in zip(columns, found, strict=True))
