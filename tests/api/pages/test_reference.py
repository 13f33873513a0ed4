"""The API's reference: every operation once, with what it takes, answers, and a command to copy."""

import html
import json
import re
import shlex

import pytest
from flask import Flask

from service.app import create_app
from service.settings import Settings
from tests.api.pages.browsing import Browser
from tests.clients import ApiClient


@pytest.fixture(scope="module")
def bare() -> Flask:
    """Give an application; these pages need no database."""
    return create_app(Settings())


def test_every_operation_is_on_the_page_of_its_tag(bare: Flask) -> None:
    client = bare.test_client()
    document = json.loads(client.get("/openapi.json").data)
    described = {
        one["operationId"]: (method.upper(), path)
        for path, item in document["paths"].items()
        for method, one in item.items()
        if method != "parameters"
    }
    index = client.get("/docs").text
    found = {}
    for tag in document["tags"]:
        answer = client.get(f"/docs/{tag['name']}")
        assert answer.status_code == 200
        page = answer.text
        for part in page.split('<section class="call" id="')[1:]:
            name = part.partition('"')[0]
            call = re.search(r"<b>(\w+)</b> (\S+)</p>", part)
            assert call is not None
            found[name] = (call[1], html.unescape(call[2]))
            assert f'href="/docs/{tag["name"]}#{name}"' in index
            command = html.unescape(re.search(r"<code>(curl .*?)</code>", part, re.DOTALL)[1])  # type: ignore[index]
            words = [word for word in shlex.split(command) if word.strip()]
            assert words[:3] == ["curl", "-X", call[1]]
            if "-d" in words:
                assert isinstance(json.loads(words[words.index("-d") + 1]), dict), name
    assert found == described


def test_every_operation_has_a_worked_example(bare: Flask) -> None:
    page = html.unescape(bare.test_client().get("/docs/workloads").text)
    bodies = [json.loads(found) for found in re.findall(r"-d '({.*?})'</code>", page)]
    assert {"name": "Chat", "model": "m70"} in bodies
    assert re.search(r"/v1/workloads/wl_\w{26}'", page)
    assert "What it answers: 201, an example" in page
    assert '"name": "Chat"' in page
    assert re.search(r"latency\.target_ms <small>required</small>", page)


def test_no_page_is_at_a_tag_that_there_is_not_and_readers_stay_signed_in(bare: Flask, api: ApiClient) -> None:
    assert bare.test_client().get("/docs/invented").status_code == 404
    assert "Sign out" in Browser.of(api).get("/docs").text
    assert "Sign out" not in bare.test_client().get("/docs").text
