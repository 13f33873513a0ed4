"""The CSV template: filled in, exported and read back."""

import csv
import io
import json
from pathlib import Path

import pytest

from service.price_sheets.example_sheet import TEMPLATE
from service.price_sheets.importers import spreadsheet
from service.price_sheets.importers.base import SourceError
from service.price_sheets.importers.csv_cells import read_cell, write_cell
from service.price_sheets.validation import load, offers_of
from tests.unit.price_sheets.documents import SHEET, Json, sheet, told


def again(document: Json) -> Json:
    """Return a document after a trip through a table."""
    (read,) = spreadsheet.read(spreadsheet.write(document).encode()).sheets
    return read


def test_the_template_is_a_sound_sheet_with_an_offer_of_each_kind() -> None:
    assert load(TEMPLATE)[1] == ()
    kinds = [(offer["mode"], offer.get("capacity", {}).get("kind")) for offer in TEMPLATE["offers"]]
    assert kinds == [("serverless", None), ("dedicated", "concurrency"), ("dedicated", "throughput")]
    assert offers_of(again(TEMPLATE)) == offers_of(TEMPLATE)


def test_a_sheet_with_every_field_comes_back_whole() -> None:
    assert offers_of(again(SHEET)) == offers_of(SHEET)
    assert again(again(SHEET)) == again(SHEET)
    assert {name: value for name, value in again(SHEET).items() if name != "offers"} == {
        name: value for name, value in SHEET.items() if name != "offers"
    }


def test_the_lengths_that_a_benchmark_measured_with_are_numbers_and_weights_of_the_same_name_texts() -> None:
    document = sheet()
    document["offers"][1]["capacity"]["measured_with"] = {"input_tokens": 0, "output_tokens": 128.5}
    assert again(document)["offers"][1]["capacity"]["measured_with"] == {"input_tokens": 0, "output_tokens": 128.5}
    assert offers_of(load(again(document))[0]) == offers_of(load(document)[0])


def test_a_term_paid_in_two_ways_comes_back_whole() -> None:
    document = sheet()
    document["offers"][1]["rates"] = [
        {"term_months": 12, "hourly": "20"},
        {"term_months": 12, "hourly": "0", "upfront": "150000"},
        {"term_months": 0, "hourly": "36"},
    ]
    assert offers_of(again(document)) == offers_of(document)
    assert "rates.12#2.upfront" in spreadsheet.write(document)


def test_the_table_is_what_a_spreadsheet_reads_and_starts_with_what_a_reader_looks_for() -> None:
    text = spreadsheet.write(SHEET)
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert text.endswith("\r\n")
    assert header[: len(spreadsheet.SHEET_COLUMNS)] == list(spreadsheet.SHEET_COLUMNS)
    assert header[8:16] == [
        "sku",
        "mode",
        "model",
        "region",
        "gpu",
        "quantization",
        "prices.input_tokens.amount",
        "prices.input_tokens.per",
    ]
    token = dict(zip(header, rows[0], strict=True))
    assert token["prices.output_tokens.tiers"] == "500000000: 2.00; 900000000: 1.80"
    assert token["capacity.slots"] == ""
    gpu = dict(zip(header, rows[1], strict=True))
    assert gpu["capacity.decode_tokens_per_second"] == "1: 90; 16: 70.5; 64: 38"
    assert gpu["isolation.version_pinning"] == "true"


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_a_text_that_a_spreadsheet_would_compute_is_guarded_and_comes_back(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    assert write_cell(text) == f"'{text}"
    assert read_cell(write_cell(text)) == text


def test_a_text_that_starts_with_an_apostrophe_comes_back_too() -> None:
    for text in ("'=1", "''", "'tis", "'"):
        assert read_cell(write_cell(text)) == text
    assert read_cell("'tis") == "'tis"


def test_a_formula_in_an_offer_never_reaches_a_cell() -> None:
    document = sheet()
    document["offers"][0] |= {"note": '=cmd|" /C calc"!A0', "model": "+1", "region": "@here"}
    document["offers"][1]["note"] = "harmless;=1+1; -2+3"
    document["name"] = "-2+3"
    for delimiter in ",;":
        rows = csv.reader(io.StringIO(spreadsheet.write(document), newline=""), delimiter=delimiter)
        cells = [cell.lstrip() for row in rows for cell in row]
        assert [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))] == []
    assert again(document)["offers"][1]["note"] == "harmless;=1+1; -2+3"
    assert offers_of(again(document)) == offers_of(document)
    assert again(document)["name"] == "-2+3"


HEADER = "provider,name,currency,effective_from,source.as_of,sku,mode,model,prices.requests.amount,prices.requests.per"
ROW = "acme,list,USD,2026-11-01,2026-11-02,a,serverless,m,0.5,1000"


@pytest.mark.parametrize(
    "table",
    [
        f"{HEADER}\n{ROW}\n",
        f"{HEADER}\r\n{ROW}",
        f"\ufeff{HEADER}\n\n{ROW}\n,,,,,,,,,\n",
        f"{HEADER};\n{ROW};\n".replace(",", ";"),
        f"{HEADER}\n{ROW}\n".replace(",", "\t"),
        HEADER.replace(",", '","').join('""') + "\n" + ROW.replace(",", " , "),
        f"{HEADER}, ,\n{ROW},,\n",
    ],
)
def test_tables_as_spreadsheets_save_them_are_read(table: str) -> None:
    (read,) = spreadsheet.read(table.encode()).sheets
    assert [(offer.sku, offer.provider) for offer in offers_of(read)] == [("a", "acme")]


def test_the_facts_of_the_sheet_may_stand_in_the_first_row_alone() -> None:
    blank = ",,,,,b,serverless,m,0.7,1000"
    (read,) = spreadsheet.read(f"{HEADER}\n{ROW}\n{blank}\n".encode()).sheets
    assert [offer.sku for offer in offers_of(read)] == ["a", "b"]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (b"", "no row"),
        (HEADER.encode(), "no row"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16"), "UTF-8"),
        (f"{HEADER}\n{ROW}\n".replace("list", "l\xefst").encode("latin-1"), "UTF-8"),
        (f"{HEADER},sku\n{ROW},b\n".encode(), "'sku' is there twice"),
        (f"{HEADER}\n{ROW},stray\n".encode(), "Line 2 has a cell without a column"),
        (f"{HEADER}\n{ROW}\n{ROW.replace('acme', 'other')}\n".encode(), "Line 3 says provider"),
        (f"{HEADER},prices\n{ROW},5\n".encode(), "'prices' contradicts"),
        (f"{HEADER},prices.requests.per.x\n{ROW},5\n".encode(), "contradicts"),
        (f"{HEADER},{'a.' * 50_000}b\n{ROW},5\n".encode(), "no path of a field"),
        (f"{HEADER}\n{ROW.replace('list', chr(34) + 'li' + chr(34) + 'st')}\n".encode(), "not CSV"),
        (f"{HEADER}\n{ROW.replace('list', 'x' * 200_000)}\n".encode(), "not CSV"),
        (HEADER.encode() + b"\n" + b",\n" * 20_001, "longer than"),
        (f"{HEADER}\n{f'{ROW}{chr(10)}' * 2001}".encode(), "more than 2000 offers"),
        (b",".join(b"%d" % number for number in range(1_000_000)) + b"\n", "more than 1000 columns"),
    ],
)
def test_what_is_no_such_table_is_refused_with_the_reason(table: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        spreadsheet.read(table)


@pytest.mark.parametrize(
    ("cell", "wrong", "pointer"),
    [
        ("0.5", "0,5", "/offers/0/prices/0/amount"),
        ("0.5", "1E-7", "/offers/0/prices/0/amount"),
        ("1000", "1 000", "/offers/0/prices/0/per"),
        ("1000", "１０００", "/offers/0/prices/0/per"),
        ("2026-11-01", "01.11.2026", "/effective_from"),
        ("serverless", "server", "/offers/0/mode"),
    ],
)
def test_what_a_cell_says_wrongly_is_refused_at_its_place(cell: str, wrong: str, pointer: str) -> None:
    table = f"{HEADER}\n{ROW}\n".replace(",", ";").replace(cell, wrong, 1)
    (read,) = spreadsheet.read(table.encode()).sheets
    assert [place for _, _, place in told(read)] == [pointer]


def test_each_offer_knows_its_line() -> None:
    table = f"{HEADER}\n\n{ROW}\n\n{ROW.replace(',a,', ',b,')}\n"
    assert spreadsheet.read(table.encode()).lines == (3, 5)


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[3] / "docs" / "offers").glob("*.json")), ids=lambda path: path.stem
)
def test_every_example_reads_back_from_its_table(path: Path) -> None:
    document = json.loads(path.read_text())
    assert offers_of(again(document)) == offers_of(document)
