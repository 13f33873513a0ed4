"""Members of objects are columns: of JSON records, of JSON text in a cell, of Parquet structs; wherever they begin."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from tests.reading import read, read_log

USAGE = {"usage_object": {"prompt_tokens_details": {"cached_tokens": 4}}}
SPEND = {
    "request_id": "r",
    "startTime": "2026-10-05T12:00:00Z",
    "endTime": "2026-10-05T12:00:01Z",
    "prompt_tokens": 30,
    "completion_tokens": 2,
    "metadata": json.dumps(USAGE),
    "messages": json.dumps({"content": "x"}),
}


def spend_csv(*rows: dict[str, object]) -> str:
    """Return spend logs as a database exports them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, SPEND)
    writer.writeheader()
    writer.writerows(SPEND | row for row in rows)
    return text.getvalue()


@pytest.mark.parametrize("content", [spend_csv({}), json.dumps(SPEND), json.dumps([SPEND | {"metadata": USAGE}])])
def test_cached_tokens_inside_metadata_are_read(content: str) -> None:
    history, report = read(content)
    assert history.cached_input_tokens.tolist() == [4]
    assert report.columns["cached_input_tokens"] == "metadata.usage_object.prompt_tokens_details.cached_tokens"
    assert not [name for name in report.ignored_columns if name.startswith("messages.")]


def test_cells_that_hold_no_object_have_no_members() -> None:
    log = read_log(spend_csv({}, *({"request_id": n, "metadata": cell} for n, cell in enumerate(["", "{", "[1]"]))))
    assert sorted(log.cached_input_tokens.tolist()) == [0, 0, 0, 4]


def test_a_member_can_be_mapped_and_split_by() -> None:
    text = 'arrival,more\n2026-10-05T12:00:00Z,"{""in"": 5, ""out"": 6}"\n'
    mapped = (("input_tokens", "more.in"), ("output_tokens", "more.out"))
    log = read_log(text, columns=mapped)
    assert (log.input_tokens.tolist(), log.output_tokens.tolist()) == ([5], [6])


def test_a_struct_in_a_parquet_file_has_members(tmp_path: Path) -> None:
    usage = "{'prompt_tokens': 30, 'completion_tokens': 2, 'prompt_tokens_details': {'cached_tokens': 4}}"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT TIMESTAMPTZ '2026-10-05 12:00:00+00' AS created_at, {usage} AS usage, "
            f"MAP {{'gen_ai.response.id': 'r'}} AS attributes) TO '{tmp_path / 'log.parquet'}'"
        )
    history, report = read((tmp_path / "log.parquet").read_bytes())
    totals = (history.input_tokens, history.cached_input_tokens, history.output_tokens)
    assert [column.tolist() for column in totals] == [[30], [4], [2]]
    assert report.columns["request_id"] == "attributes.gen_ai.response.id"


def test_a_member_that_a_file_begins_to_write_late_is_read() -> None:
    records = [
        {"timestamp": 1_790_000_000 + n, "prompt_tokens": 30, "completion_tokens": 2, "metadata": {}}
        for n in range(6_000)
    ]
    for record in records[4_000:]:
        record["metadata"] = USAGE
    log = read_log("\n".join(json.dumps(record) for record in records))
    assert int(log.cached_input_tokens.sum()) == 4 * 2_000
