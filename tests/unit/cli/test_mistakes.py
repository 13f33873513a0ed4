"""Typical mistakes in policies, words of commands and files: each refusal says what was found and a mend that works."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from marshmallow import ValidationError

from service.cli.evaluating import reading
from service.cli.exits import Refused
from service.kit.http import strict_json
from service.kit.http.problems import Problem
from service.kit.http.query import schema_errors
from service.policies.policy_schema import policy_of
from service.price_sheets.lint.finding import SheetError
from service.price_sheets.validation import load
from tests.reading import read, refusal
from tests.unit.price_sheets.documents import sheet

HEADER = "timestamp,input_tokens,output_tokens"
ROWS = [f"2026-11-02T{hour:02}:{minute:02}:00Z,2000,300" for hour in range(4) for minute in range(0, 60, 7)]
CSV = "\n".join((HEADER, *ROWS)) + "\n"
RECORDS = [json.dumps(dict(zip(HEADER.split(","), row.split(","), strict=True))) for row in ROWS]

POLICIES = [
    ({"deferrable_share": 15}, "/deferrable_share", "15"),
    ({"deferrable_share": "15%"}, "/deferrable_share", "15%"),
    ({"deferrable_share": "0,15"}, "/deferrable_share", "0,15"),
    ({"traffic_factor": "2x"}, "/traffic_factor", "2x"),
    ({"traffic_factor": "1.5 "}, "/traffic_factor", "1.5"),
    ({"exchange_rates": {"EUR": "1,08"}}, "/exchange_rates/EUR", "1,08"),
    ({"modes": "serverless"}, "/modes", "serverless"),
    ({"currency": "euro"}, "/currency", "euro"),
    ({"currency": "US Dollar"}, "/currency", "US Dollar"),
    ({"zone": "Berlin"}, "/zone", "Berlin"),
    ({"zone": "new york"}, "/zone", "new york"),
    ({"zone": "+02:00"}, "/zone", "+02:00"),
    ({"zone": "CET "}, "/zone", "CET"),
    ({"seed": "7"}, "/seed", "7"),
]
"""A policy with a mistake, the field at fault, and what must be shown of what was found."""


@pytest.mark.parametrize(("wrong", "pointer", "found"), POLICIES)
def test_a_mistake_in_a_policy_is_told_with_a_mend_that_works(wrong: dict[str, Any], pointer: str, found: str) -> None:
    with pytest.raises(ValidationError) as caught:
        policy_of(wrong)
    told = {fault.pointer: fault.detail for fault in schema_errors(caught.value)}
    assert set(told) == {pointer}
    assert found in told[pointer] or pointer == "/zone"
    field = pointer.split("/")[1]
    mended = mend_in(told[pointer])
    policy_of({field: {"EUR": mended} if field == "exchange_rates" else mended})


def mend_in(told: str) -> Any:  # noqa: ANN401 - whatever a policy holds
    """Return what a refusal says to write."""
    match = re.search(r"Write (\[.*?\]|\"[^\"]*\"|[\w.:/+-]*[\w+-])", told)
    assert match is not None, told
    try:
        return json.loads(match[1])
    except json.JSONDecodeError:
        return match[1]


def test_an_unknown_field_of_a_policy_is_told_with_those_there_are() -> None:
    for wrong, near in (("margins", "margin"), ("growth_per_month", "horizon"), ("max_terms", "max_term_months")):
        with pytest.raises(ValidationError) as caught:
            policy_of({wrong: "1"})
        (fault,) = schema_errors(caught.value)
        assert fault.pointer == f"/{wrong}"
        assert near in fault.detail


WORDS = [
    ("zone=Berlin", "zone"),
    ("zone=UTC+1", "zone"),
    ("zone=EST5", "zone"),
    ("start=2026-11-01", "start"),
    ("start=2026-11-01 00:00:00", "start"),
    ("bucket_seconds=1h", "bucket_seconds"),
    ("bucket_seconds=5min", "bucket_seconds"),
    ("bucket_seconds=daily", "bucket_seconds"),
    ("max_rejected_share=5%", "max_rejected_share"),
    ("max_rejected_share=5", "max_rejected_share"),
    ("include_failed=yes", "include_failed"),
    ("include_failed=TRUE", "include_failed"),
]


@pytest.mark.parametrize(("word", "name"), WORDS)
def test_a_mistake_in_a_word_of_the_command_is_told_with_a_mend_that_works(word: str, name: str) -> None:
    if word == "zone=EST5":
        word = "zone=EST "  # an abbreviation with a blank
    with pytest.raises(Refused) as caught:
        reading([word])
    (told,) = caught.value.args
    assert told.startswith(f"--read {name}: ")
    reading([f"{name}={str(mend_in(told)).lower() if name == 'include_failed' else mend_in(told)}"])


def test_an_unknown_word_is_told_with_those_near_it() -> None:
    for wrong, near in (("timezone=UTC", "zone"), ("column.inputs=a", "column.input_tokens"), ("onlymodel=m", "only")):
        with pytest.raises(Refused) as caught:
            reading([wrong])
        assert f"Did you mean {near}" in caught.value.args[0] or near in caught.value.args[0]


DOCUMENTS: list[tuple[Callable[[str], str], str, Callable[[str], str]]] = [
    (lambda text: text[:-1] + ",}", "Remove the comma", lambda text: text[:-2] + "}"),
    (lambda text: text.replace("]", ",]", 1), "Remove the comma", lambda text: text.replace(",]", "]", 1)),
    (lambda text: "// prices\n" + text, "no comments", lambda text: text.split("\n", 1)[1]),
    (lambda text: "# prices\n" + text, "no comments", lambda text: text.split("\n", 1)[1]),
    (lambda text: text.replace('"', "'"), "straight double quotes", lambda text: text.replace("'", '"')),
    (lambda text: text.replace('"', "\u201c"), "straight double quotes", lambda text: text.replace("\u201c", '"')),
    (lambda text: text.replace("false", "False"), "Write false", lambda text: text.replace("False", "false")),
    (lambda text: text + text, "one object a file", lambda text: text[: len(text) // 2]),
    (lambda text: text[:-1], "not closed", lambda text: text + "}"),
    (lambda text: text.replace('", "', '" "', 1), "A comma", lambda text: text.replace('" "', '", "', 1)),
    (lambda _: "", "The file is empty", lambda _: json.dumps(sheet())),
    (lambda _: "sku,input,output", "begins with {", lambda _: json.dumps(sheet())),
]
"""What a slip makes of a sheet's text, what is said, and the mend that is said."""


@pytest.mark.parametrize("place", range(len(DOCUMENTS)))
def test_a_slip_of_json_is_told_with_a_mend_that_works(place: int) -> None:
    slip, says, mend = DOCUMENTS[place]
    text = json.dumps(sheet())
    wrong = slip(text)
    assert wrong != text
    with pytest.raises(Problem) as caught:
        strict_json.loads(wrong.encode())
    assert says in str(caught.value.detail)
    assert "line " in str(caught.value.detail)
    load(strict_json.loads(mend(wrong).encode()))


def test_text_of_editors_is_read_or_told_how_to_save_it() -> None:
    text = json.dumps(sheet())
    assert strict_json.loads(b"\xef\xbb\xbf" + text.encode()) == strict_json.loads(text.encode())
    with pytest.raises(Problem, match="UTF-16: save it as UTF-8"):
        strict_json.loads(text.encode("utf-16"))


def test_a_list_of_sheets_and_a_sheet_without_parts_are_told_what_is_due() -> None:
    with pytest.raises(SheetError, match="not a list"):
        load([sheet()])
    with pytest.raises(SheetError, match="Add `offers`, a list"):
        load({name: value for name, value in sheet().items() if name != "offers"})


def each_row(change: Callable[[str], str]) -> str:
    """Return the file with changed rows."""
    return "\n".join((HEADER, *map(change, ROWS))) + "\n"


FILES: list[tuple[str | bytes, str, str | bytes, dict[str, Any]]] = [
    (CSV.replace("Z,", ","), "declare it, zone=UTC", CSV.replace("Z,", ","), {"zone": "UTC"}),
    (each_row(lambda row: row.replace("2000", "2K")), "2K as 2000", CSV, {}),
    (each_row(lambda row: row.replace("2000", "2000.5")), "round them", CSV, {}),
    (each_row(lambda row: row.replace("2000", "-2000")), "not negative", CSV, {}),
    (each_row(lambda row: row.replace(",2000,", ',"1,200",')), "", CSV, {}),
    ("[" + ",\n".join(RECORDS) + ",]", "comma behind the last", "[" + ",\n".join(RECORDS) + "]", {}),
    (",\n".join(RECORDS) + "\n", "remove commas", "\n".join(RECORDS) + "\n", {}),
    ("", "the file is empty: export it again", CSV, {}),
    (f"{HEADER}\n", "no rows: export a time", CSV, {}),
    ("\n".join(ROWS), "put a line of column names before it", f"{HEADER}\n" + "\n".join(ROWS), {}),
    (gzip.compress(CSV.encode())[:-20], "pack the file again", gzip.compress(CSV.encode()), {}),
    (b"PK\x03\x04" + bytes(60), "send the file inside it", CSV, {}),
    (CSV.encode("utf-16"), "save it as UTF-8", CSV.encode(), {}),
    (CSV.replace("input_tokens", "output_tokens"), "rename all but one", CSV, {}),
    (CSV.replace("output_tokens", "answer"), "column.output_tokens=", CSV.replace("output_tokens", "answer"),
     {"columns": (("output_tokens", "answer"),)}),
    ("<html>sign in</html>", "export the table as CSV", CSV, {}),
    (each_row(lambda row: "46328.5" + row[20:]), "show the column as date", CSV, {}),
    (each_row(lambda row: "05/11/2026" + row[20:]), "date_order=mdy or date_order=dmy",
     each_row(lambda row: "05/11/2026" + row[20:]), {"date_order": "dmy", "zone": "UTC"}),
]  # fmt: skip
"""A file with a mistake, what is said, and the mend: another file, or what is declared."""


@pytest.mark.parametrize("place", range(len(FILES)))
def test_a_mistake_in_a_traffic_file_is_told_with_a_mend_that_works(place: int) -> None:
    wrong, says, mended, options = FILES[place]
    if says:
        error = refusal(wrong)
        assert says in error.detail
        assert error.parameter != "max_rejected_share"
    history, _ = read(mended, **options)
    assert len(history.input_tokens) > 0
    if not says:
        assert int(read(wrong)[0].input_tokens[0]) == 1200
