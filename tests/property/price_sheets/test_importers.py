"""Files that only look like price lists: refused in words, or imported as sheets that hold or are refused in turn."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.price_sheets.importers import azure, litellm, spreadsheet
from service.price_sheets.importers.base import Imported, SourceError, Wanted
from service.price_sheets.lint.finding import SheetError
from service.price_sheets.validation import load
from tests.property.price_sheets.strategies import checked, hostile

WANTED = Wanted(date(2026, 11, 20))

LISTED: dict[str, Any] = {
    "azure/eu/gpt": {
        "litellm_provider": "azure",
        "mode": "chat",
        "input_cost_per_token": Decimal("0.000001"),
        "output_cost_per_token": Decimal("0.000002"),
        "deprecation_date": "2027-01-01",
        "source": "https://a.example",
    },
    "bedrock/us-east-1/1-month-commitment/m": {
        "litellm_provider": "bedrock",
        "mode": "chat",
        "cost_per_second": Decimal("0.01"),
    },
}

FILES: dict[str, Any] = {
    "prices": {
        "timestamp": "2026-07-07T00:00:00Z",
        "source": "page",
        "url": "https://a.example",
        "models": {
            "m": {
                "minPTU": {"global": 15},
                "paygo": {"global": {"input": 5, "output": 30}},
                "ptu": {"global": Decimal("1.1")},
                "reservations": {"global": {"monthly": 260, "yearly": 2652}},
            }
        },
    },
    "capacity": {
        "models": {
            "m": {
                "throughput_per_ptu": 1200,
                "output_weight": 6,
                "deployments": {"global": {"min_ptu": 15, "increment": 5}},
            }
        }
    },
}


def places(node: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - any JSON value
    """Return (parent, key) of every value in a JSON object."""
    if not isinstance(node, dict):
        return []
    return [(node, key) for key in node] + [place for value in node.values() for place in places(value)]


@st.composite
def spoiled(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """Return a source with up to three of its values replaced or left out."""
    source = deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        node, key = draw(st.sampled_from(places(source)))
        if draw(st.booleans()):
            node[key] = draw(hostile)
        else:
            del node[key]
        if not places(source):
            break
    return source


def holds(read: Callable[[], Imported]) -> None:
    """Assert that reading ends in sheets or in one of the two refusals."""
    try:
        imported = read()
    except SourceError as refused:
        assert str(refused)  # noqa: PT017 - both outcomes are right
        return
    for sheet in imported.sheets:
        try:
            document, _ = load(sheet)
        except SheetError as refused:
            assert refused.findings  # noqa: PT017
        else:
            assert document["offers"]


def test_the_sources_that_are_spoiled_are_sound() -> None:
    assert [len(sheet["offers"]) for sheet in litellm.read(LISTED, "v", WANTED).sheets] == [1, 1]
    assert [len(sheet["offers"]) for sheet in azure.read(FILES, "v", WANTED).sheets] == [2]
    for imported in (litellm.read(LISTED, "v", WANTED), azure.read(FILES, "v", WANTED)):
        assert [load(sheet)[0] for sheet in imported.sheets] == list(imported.sheets)


@checked
@given(spoiled(LISTED))
def test_a_spoiled_litellm_list_is_refused_or_holds(listed: dict[str, Any]) -> None:
    holds(lambda: litellm.read(listed, "v", WANTED))


@checked
@given(spoiled(FILES))
def test_spoiled_azure_files_are_refused_or_hold(files: dict[str, Any]) -> None:
    holds(lambda: azure.read(files, "v", WANTED))


@checked
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_as_a_table_are_refused_or_hold(content: bytes) -> None:
    holds(lambda: spreadsheet.read(content))


@checked
@given(st.lists(st.lists(st.sampled_from(["sku", "prices.x.amount", "axes", "a.b", "a", "", "'=1", "1", "rates.0"]))))
def test_any_table_of_columns_that_clash_is_refused_or_holds(rows: list[list[str]]) -> None:
    holds(lambda: spreadsheet.read("\n".join(",".join(row) for row in rows).encode()))
