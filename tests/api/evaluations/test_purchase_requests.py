"""The draft of a purchase over HTTP: one content in the form that is asked for."""

import pytest

from service.kit import typesetting
from tests.clients import ApiClient
from tests.evaluating import evaluate, ready

TYPES = {
    "application/json": b'{"', "text/csv": b"number,", "application/xml": b"<?xml", "application/pdf": b"%PDF-",
}  # fmt: skip


@pytest.fixture
def path(api: ApiClient) -> str:
    return f"/v1/evaluations/{evaluate(api, ready(api)).json['id']}/purchase-request"


def test_the_form_is_the_one_that_is_accepted(api: ApiClient, path: str) -> None:
    for media, begins in TYPES.items():
        answer = api.get(path, headers={"Accept": media})
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith(media)
        assert answer.data.startswith(begins)
        assert answer.headers["Vary"] == "Accept"
        again = api.get(path, headers={"Accept": media, "If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    assert api.get(path).json["status"] == "draft"
    assert api.get(f"{path}?format=csv&profile=netsuite").text.startswith("External ID,")
    refused = api.get(path, headers={"Accept": "image/png"})
    assert (refused.status_code, refused.json["type"]) == (406, "/docs/problems/not-acceptable")


def test_an_option_without_figures_is_refused_with_those_that_have_some(api: ApiClient, path: str) -> None:
    answer = api.get(f"{path}?option=serverless:acme/nothing")
    assert answer.status_code == 422
    assert "serverless:acme/tokens" in answer.json["errors"][0]["detail"]


def test_without_typesetting_all_but_the_paper_works(
    api: ApiClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "is_installed", lambda: False)
    answer = api.get(f"{path}?format=pdf")
    assert answer.status_code == 501
    assert "pip install 'crossover[pdf]'" in answer.json["detail"]
    assert all(api.get(f"{path}?format={form}").status_code == 200 for form in ("json", "csv", "xml"))
