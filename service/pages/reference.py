"""The documentation the service serves of itself: every call of the API, a page a tag, and every kind of problem."""

import json
from functools import cache
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, abort, current_app, make_response, render_template, send_from_directory

from service.kit.http import problems
from service.pages import door
from service.pages.operations import WORKED, Description

SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
SWAGGER_FILES = ("swagger-ui.css", "swagger-ui-bundle.js")


def register(blueprint: Blueprint) -> None:
    """Add the addresses of the documentation."""
    blueprint.get("/docs")(docs)
    blueprint.get("/docs/try")(docs_to_try)
    blueprint.get("/docs/ui/<name>")(docs_file)
    blueprint.get("/docs/problems")(list_problems)
    blueprint.get("/docs/problems/<code>")(explain_problem)
    blueprint.get("/docs/<tag>")(docs_of_tag)


def docs() -> str:
    """List every call of the API."""
    door.greet()
    return render_template("docs.html", tags=_description().tags(), info=_description().document["info"])


def docs_of_tag(tag: str) -> str:
    """Show the calls of a tag: what each does, takes and answers, and a command to copy."""
    operations = _description().operations(tag)
    if not operations:
        abort(404)
    door.greet()
    every = [name for name, _, _ in _description().tags()]
    about = next(text for name, text, _ in _description().tags() if name == tag)
    return render_template("docs_tag.html", tag=tag, about=about, operations=operations, tags=every)


def docs_to_try() -> str:
    """Show every call, to be tried in the browser."""
    return render_template("docs_try.html")


def docs_file(name: str) -> Response:
    """Send a file of the installed Swagger UI."""
    if name not in SWAGGER_FILES:
        abort(404)
    return send_from_directory(SWAGGER_UI, name, max_age=86400)


def list_problems() -> str:
    """List every kind of problem."""
    door.greet()
    return render_template("problems.html", kinds=problems.catalogue())


def explain_problem(code: str) -> str:
    """Explain one kind of problem: the page its `type` points to."""
    kind = next((kind for kind in problems.catalogue() if kind.code == code), None)
    if kind is None:
        abort(404)
    door.greet()
    return render_template("problem.html", kind=kind)


@cache
def _description() -> Description:
    """Return the description of the application, which is the same for every request of a process."""
    answer = make_response(current_app.view_functions["api-docs.openapi_json"]())
    return Description(json.loads(answer.get_data()), json.loads(WORKED.read_text()))
