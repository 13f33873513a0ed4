"""A purchase request says the same in every form, adds up to the cent, and is the same bytes anywhere."""

import copy
import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import facturx
import pypdf
import pytest

from service.kit import canonical_json
from service.purchase_requests.document import Approval, Subject, Vote, purchase_request
from service.purchase_requests.order_x import RAM, order_x
from service.purchase_requests.paper import as_pdf, money
from service.purchase_requests.tables import as_csv
from service.workflow.document.stored import read_option

Json = dict[str, Any]

NAMED = {"id": "ev_01k9x3v5s8f5ma8d2p3h6q7r9t", "workload_id": "wl_01k9x3v5s8f5ma8d2p3h6q7r9t",
         "created_at": "2026-11-28T07:00:00Z"}  # fmt: skip

APPROVAL = Approval(
    "dc_01k9x3v5s8f5ma8d2p3h6q7r9t", "A replica for chat", "2026-11-28T09:00:00Z", "Ann Example", "Ann Example",
    (Vote("Bo Example", "approver", "2026-11-28T09:00:00Z", "=Fits the budget."),), why="Latency counts here.",
    cost_centre="4711", project="Assistant", starts_on="2026-12-15", purchase_by="2026-12-10",
)  # fmt: skip


@cache
def stands_on() -> tuple[Json, Json]:
    """Return an evaluation and its price sheet; in another process those that the test computed."""
    if kept := os.environ.get("STANDS_ON"):
        evaluated, offered = json.loads(Path(kept).read_text())
        return evaluated, offered
    from tests.evaluating import Case, sheet

    policy = {"hybrid": {"overhead_per_month": "10"}, "incumbent": "dedicated:acme/gpu@0x1"}
    return Case(policy=policy).side.body | NAMED, sheet()


def evaluation() -> Json:
    return stands_on()[0]


def request(option: str, approval: Approval | None = None) -> Json:
    said = next(one for one in evaluation()["options"] if one["key"] == option)
    return purchase_request(subject(evaluation(), said, approval))


def subject(evaluated: Json, option: Json, approval: Approval | None = None) -> Subject:
    sheets = [stands_on()[1]]
    return Subject(evaluated, read_option(option), sheets, "=Example & Söhne <Ltd>", "Chat", approval)


def requests() -> list[Json]:
    options = [option["key"] for option in evaluation()["options"] if not option["ruled_out"]]
    return [request(key, approval) for key in options for approval in (None, APPROVAL)]


def test_items_and_costs_in_house_are_the_option_s_total_to_the_cent() -> None:
    for one in requests():
        option = next(o for o in evaluation()["options"] if o["key"] == one["option"]["key"])
        items = sum(Decimal(item["monthly"]) for item in one["items"])
        own = sum(Decimal(cost["monthly"]) for cost in one["own_costs"])
        assert items == Decimal(one["monthly_total"])
        assert abs(items + own - Decimal(option["monthly_cost"]["amount"])) <= Decimal("0.01")
        body = {name: value for name, value in one.items() if name != "digest"}
        assert one["digest"] == canonical_json.digest(canonical_json.dumps(body))


def test_a_committed_option_says_all_that_is_payable_and_that_another_is_recommended() -> None:
    one = request("dedicated:acme/gpu@12x1", APPROVAL)
    assert (one["monthly_total"], one["total_commitment"]) == ("2044.00", "24528.00")
    assert one["terms"]["months_locked"] == 12
    assert (one["expected"]["monthly_today"], one["expected"]["monthly_saving"]) == ("2920.00", "876.00")
    assert "Serverless Acme" in one["recommended_instead"]["text"]
    assert request("serverless:acme/tokens")["recommended_instead"] is None
    assert request("serverless:acme/tokens")["total_commitment"] == "0.00"


def test_the_order_is_valid_and_its_lines_add_up() -> None:
    for one in requests():
        content = order_x(one)
        assert facturx.xml_check_xsd(content, flavor="order-x", level="basic")
        root = ET.fromstring(content)
        lines = [_text(line, "LineTotalAmount") for line in root.iter(f"{{{RAM}}}IncludedSupplyChainTradeLineItem")]
        assert lines == [item["monthly"] for item in one["items"]]
        assert sum(map(Decimal, lines)) == Decimal(_text(root, "TaxBasisTotalAmount"))
        assert _text(root, "PurposeCode") == ("16" if one["status"] == "draft" else "9")


def _text(element: ET.Element, name: str) -> str:
    found = [one.text or "" for one in element.iter(f"{{{RAM}}}{name}")]
    return found[-1]


def test_tables_hold_no_formula() -> None:
    for profile in ("generic", "netsuite"):
        rows = list(
            csv.reader(io.StringIO(as_csv(request("hybrid:acme/gpu@12x1+acme/tokens", APPROVAL), profile).decode()))
        )
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_paper_shows_every_figure_and_carries_order_and_evaluation() -> None:
    for one in (request("serverless:acme/tokens"), request("dedicated:acme/gpu@12x1", APPROVAL)):
        content = as_pdf(one, evaluation())
        reader = pypdf.PdfReader(io.BytesIO(content))
        for text in ("".join(page.extract_text() for page in reader.pages), *read_by_poppler(content)):
            seen = re.sub(r"\s", "", text)
            assert [figure for figure in _figures(one) if re.sub(r"\s", "", figure) not in seen] == []
        assert 1 <= len(reader.pages) <= 2
        assert reader.attachments["order-x.xml"] == [order_x(one)]
        assert reader.attachments["evaluation.json"] == [canonical_json.dumps(evaluation())]
        metadata = str(reader.xmp_metadata.stream.get_data() if reader.xmp_metadata else b"")
        assert "<pdfaid:part>3</pdfaid:part>" in metadata
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def read_by_poppler(content: bytes) -> list[str]:
    """Return the text as pdftotext reads it, where it is installed."""
    tool = shutil.which("pdftotext")
    if tool is None:
        return []
    return [subprocess.run([tool, "-", "-"], input=content, capture_output=True, check=True).stdout.decode()]


def test_the_paper_compares_ways_with_all_they_cost() -> None:
    for one in requests():
        option = next(o for o in evaluation()["options"] if o["key"] == one["option"]["key"])
        content = as_pdf(one, evaluation()) if one["own_costs"] else b""
        for text in read_by_poppler(content) if content else []:
            whole = money(f"{Decimal(option['monthly_cost']['amount']):.2f}")
            assert whole in text.partition("Why this one")[2].partition("What to negotiate")[0]


def _figures(one: Json) -> Iterator[str]:
    yield from (money(one["monthly_total"]), money(one["total_commitment"]), one["number"], one["digest"])
    for item in one["items"]:
        yield from (money(item["monthly"]), item["sku"], item["region"])
    yield from (money(other["monthly"]) for other in one["alternatives"])
    yield from (flip["text"] for flip in one["negotiate"])
    yield one["check"]["evaluation_digest"]
    if one["approval"] is not None:
        yield from (vote["name"] for vote in one["approval"]["votes"])
        yield from (one["approval"]["starts_on"], one["approval"]["purchase_by"], one["approval"]["cost_centre"])


@pytest.mark.parametrize(
    "surroundings",
    [
        {"LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "1"},
        {"LC_ALL": "C", "TZ": "America/St_Johns", "PYTHONHASHSEED": "4711"},
    ],
)
def test_the_bytes_are_the_same_anywhere(tmp_path: Path, surroundings: dict[str, str]) -> None:
    kept = tmp_path / "stands_on.json"
    kept.write_text(json.dumps(stands_on()))
    show = "print(*(__import__('hashlib').sha256(content).hexdigest() for content in made.contents()))"
    environment = {**os.environ, **surroundings, "STANDS_ON": str(kept)}
    command = [sys.executable, "-c", f"{_LOAD}; {show}"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert found.stdout.split() == [hashlib.sha256(content).hexdigest() for content in contents()]


_LOAD = (
    "import importlib.util as u, sys; sys.path.insert(0, '.'); "
    f"s = u.spec_from_file_location('made', {__file__!r}); made = u.module_from_spec(s); s.loader.exec_module(made)"
)


def contents() -> list[bytes]:
    """Return every form of an approved request."""
    one = request("hybrid:acme/gpu@12x1+acme/tokens", APPROVAL)
    forms = [canonical_json.dumps(one), as_csv(one), as_csv(one, "netsuite"), order_x(one)]
    return [*forms, as_pdf(one, evaluation())]


def test_what_was_bought_before_is_owed_and_not_ordered_again() -> None:
    evaluated = copy.deepcopy(evaluation())
    option = next(one for one in evaluated["options"] if one["mode"] == "serverless" and not one["ruled_out"])
    plain = request(option["key"])
    owed = {"code": "running_commitment", "quantity": "2", "unit": "unit_months", "unit_price": "50", "per": 1}
    option["lines"].append(owed | {"amount": "100.00"})
    option["monthly_cost"]["amount"] = str(Decimal(option["monthly_cost"]["amount"]) + 100)
    found = purchase_request(subject(evaluated, option))
    assert found["items"] == plain["items"]
    told = {"code": "running_commitment", "name": "Owed on what is bought already", "monthly": "100.00"}
    assert found["own_costs"] == [*plain["own_costs"], told]
