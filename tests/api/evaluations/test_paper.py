"""The report as a PDF and charts as PNG; what a server without the extra says."""

import io
from decimal import Decimal

import pypdf
import pytest

from service.kit import typesetting
from tests.api.pages.browsing import Browser
from tests.clients import ApiClient
from tests.evaluating import ready


@pytest.fixture
def evaluation(api: ApiClient) -> str:
    """Give the address of a completed evaluation."""
    return f"/v1/evaluations/{api.post(f'/v1/workloads/{ready(api)}/evaluations', json={}).json['id']}"


def test_the_report_on_paper_says_what_the_answer_says(api: ApiClient, evaluation: str) -> None:
    answer = api.get(f"{evaluation}/report.pdf")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    reader = pypdf.PdfReader(io.BytesIO(answer.data))
    text = " ".join(page.extract_text() for page in reader.pages)
    recommended = api.get(evaluation).json["recommendation"]
    assert f"{Decimal(recommended['monthly_cost']['amount']):,.0f} USD a month" in text
    assert api.get(evaluation).json["digest"] in text
    assert b"pdfuaid:part" in answer.data
    assert str(reader.root_object["/Lang"]) == "en"
    assert api.get(f"{evaluation}/report.pdf").data == answer.data
    browser = Browser.of(api)
    assert browser.get(f"{evaluation.removeprefix('/v1')}.pdf").data == answer.data


def test_charts_are_pictures_too(api: ApiClient, evaluation: str) -> None:
    page = f"{evaluation.removeprefix('/v1')}/charts/duration.png"
    for picture in (api.get(f"{evaluation}/charts/duration.png"), Browser.of(api).get(page)):
        assert (picture.headers["Content-Type"], picture.data[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    for name in ("costs", "week"):
        assert api.get(f"{evaluation}/charts/{name}.png").data[:8] == b"\x89PNG\r\n\x1a\n", name
    assert api.get(f"{evaluation}/charts/nothing.png").status_code == 404


def test_without_the_extra_it_is_said_how_to_get_it(
    api: ApiClient, evaluation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "is_installed", lambda: False)
    for address in ("report.pdf", "charts/duration.png"):
        refused = api.get(f"{evaluation}/{address}")
        assert (refused.status_code, refused.json["type"]) == (501, "/docs/problems/typesetting-not-installed")
    browser = Browser.of(api)
    assert "pip install" in browser.get(f"{evaluation.removeprefix('/v1')}.pdf").text
    assert "pip install" in browser.get(f"{evaluation.removeprefix('/v1')}/evidence").text
