"""Tables to take away: whole, exact, and never a formula."""

import csv
import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest

from service.reports.tables import FORMULA_STARTS, TABLES, as_csv, as_xlsx, table
from tests.unit.reports.test_report import evaluated

Json = dict[str, Any]


@pytest.fixture(scope="module")
def evaluation() -> Json:
    return evaluated()


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_options_are_all_there_with_their_exact_money(evaluation: Json) -> None:
    rows = read(as_csv(table(evaluation, "options") or []))
    heads = rows[0]
    found = {row[0]: dict(zip(heads, row, strict=True)) for row in rows[1:]}
    assert list(found) == [option["key"] for option in evaluation["options"]]
    for option in evaluation["options"]:
        assert Decimal(found[option["key"]]["monthly_cost"]) == Decimal(option["monthly_cost"]["amount"])
    assert [row["recommended"] for row in found.values()].count("yes") == 1


def test_lines_add_up_to_their_options(evaluation: Json) -> None:
    rows = read(as_csv(table(evaluation, "lines") or []))
    sums: dict[str, Decimal] = {}
    for row in rows[1:]:
        sums[row[0]] = sums.get(row[0], Decimal(0)) + Decimal(row[6])
    exact = {o["key"]: Decimal(o["monthly_cost"]["amount"]) for o in evaluation["options"] if not o["ruled_out"]}
    assert sums == exact


def test_every_table_has_one_width(evaluation: Json) -> None:
    for name in TABLES:
        rows = table(evaluation, name) or []
        assert len({len(row) for row in rows}) == 1, name
    assert table(evaluation, "none") is None


def test_no_text_is_a_formula() -> None:
    hostile = [f"{start}HYPERLINK(1)" for start in FORMULA_STARTS]
    assert all(row[0].startswith("'") for row in read(as_csv([[text] for text in hostile])))
    assert read(as_csv([[Decimal("-1.50"), "plain"]])) == [["-1.50", "plain"]], "a number keeps its sign"
    with zipfile.ZipFile(io.BytesIO(as_xlsx([["head"], *([text] for text in hostile)], "table"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count('t="s"') == len(hostile) + 1
