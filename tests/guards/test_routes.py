"""Every route says what a key needs for it and which problems it answers; what is open is listed here."""

from typing import Any

import pytest
import yaml

from service.access.roles import ALL_SCOPES
from service.app import create_app
from service.cli import description
from service.kit.http.blueprint import Resource
from service.settings import Settings

PROBES = {"/health/live", "/health/ready", "/metrics"}
PAGES = {
    "/openapi.json",
    "/docs",
    "/docs/try",
    "/docs/<tag>",
    "/docs/ui/<name>",
    "/docs/problems",
    "/docs/problems/<code>",
    "/static/<path:filename>",
    "/static/report/<name>",
    "/sign-in",
    "/sign-in/<token>",
    "/sign-in/provider",
    "/sign-in/provider/callback",
    "/sign-out",
}
OPEN = PROBES | PAGES
"""Routes without a key, each for a reason: probes, and pages that hold no secret."""

METHODS = {"get", "post", "put", "patch", "delete"}


def operations() -> list[tuple[str, dict[str, Any]]]:
    """Return `METHOD path` and the description of every documented operation."""
    paths = yaml.safe_load(description.as_yaml())["paths"]
    return [(f"{m.upper()} {path}", item[m]) for path, item in paths.items() for m in item if m in METHODS]


OPERATIONS = operations()


def test_every_route_is_an_operation_of_a_resource_or_open() -> None:
    app = create_app(Settings())
    declared = {
        call.rule
        for blueprint in app.blueprints.values()
        if isinstance(blueprint, Resource)
        for call in blueprint.calls.values()
    }
    signed_in = {rule.rule for rule in app.url_map.iter_rules() if hasattr(app.view_functions[rule.endpoint], "scope")}
    undeclared = {rule.rule for rule in app.url_map.iter_rules()} - declared - signed_in - OPEN
    assert not undeclared, (
        "register these with Resource.endpoint or pages.door.page, which declare a scope, or list them"
    )


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_declares_its_scope_and_problems(name: str, operation: dict[str, Any]) -> None:
    assert operation["x-scope"] in ALL_SCOPES, name
    responses = operation["responses"]
    missing = {"401", "403", "422", "503", *({"404"} if "{" in name else ())} - set(responses)
    assert not missing, f"{name} does not say what it answers with {missing}"
    assert operation.get("summary"), f"{name} needs a docstring"
    assert "`" not in operation["summary"], f"{name}: /docs shows the first paragraph of a docstring as plain text"
