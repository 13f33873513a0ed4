"""The documentation is served whole, by the service alone."""

import re

import pytest
from flask import Flask

from service.app import create_app
from service.kit.http import problems
from service.settings import Settings


@pytest.fixture
def app() -> Flask:
    """Give an application; these pages need no database."""
    return create_app(Settings())


def test_the_reference_page_loads_nothing_from_elsewhere(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/docs/try").text
    addresses = re.findall(r'(?:src|href|data-document)="([^"]+)"', page)
    assert len(addresses) > 5
    for address in addresses:
        assert address.startswith("/"), address
        with client.get(address, follow_redirects=True) as answer:
            assert answer.status_code == 200, address
    assert "<script>" not in page


def test_only_the_files_of_the_reference_are_served(app: Flask) -> None:
    client = app.test_client()
    for name in ("LICENSE", "index.css", "..%2f__init__.py", "swagger-ui.js"):
        assert client.get(f"/docs/ui/{name}").status_code == 404


def test_a_part_of_a_file_that_it_does_not_have_is_refused(app: Flask) -> None:
    answer = app.test_client().get("/static/site.css", headers={"Range": "bytes=999999-"})
    assert (answer.status_code, answer.content_type) == (416, "application/problem+json")
    assert answer.headers["Content-Range"].startswith("bytes */")


def test_the_description_is_served(app: Flask) -> None:
    answer = app.test_client().get("/openapi.json")
    assert answer.status_code == 200
    assert '"openapi":"3.1' in answer.text


def test_every_problem_type_leads_to_its_page(app: Flask) -> None:
    client = app.test_client()
    index = client.get("/docs/problems").text
    for kind in problems.catalogue():
        assert f'href="{kind.type}"' in index
        page = client.get(kind.type)
        assert page.status_code == 200
        assert kind.title in page.text
    assert client.get("/docs/problems/invented").status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/v1/workloads", "/nothing", "/health/live"])
def test_every_answer_carries_the_security_headers(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-Id"])


@pytest.mark.parametrize(
    ("sent", "kept"), [("trace-1234567", True), ("short", False), ("x" * 65, False), ("a b c d e f g", False)]
)
def test_a_request_id_that_reads_well_is_kept(app: Flask, sent: str, kept: bool) -> None:
    answer = app.test_client().get("/v1/workloads", headers={"X-Request-Id": sent})
    assert (answer.headers["X-Request-Id"] == sent) is kept
    assert f'"request_id":"{answer.headers["X-Request-Id"]}"' in answer.text
