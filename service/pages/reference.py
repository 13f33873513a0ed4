"""The documentation the service serves of itself, without anything from elsewhere: `/docs` and the problem pages."""

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, abort, render_template, send_from_directory

from service.kit.http import problems

SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
SWAGGER_FILES = ("swagger-ui.css", "swagger-ui-bundle.js")


def register(blueprint: Blueprint) -> None:
    """Add the addresses of the documentation."""
    blueprint.get("/docs")(docs)
    blueprint.get("/docs/ui/<name>")(docs_file)
    blueprint.get("/docs/problems")(list_problems)
    blueprint.get("/docs/problems/<code>")(explain_problem)


def docs() -> str:
    """Show every call of the API, to read and to try."""
    return render_template("docs.html")


def docs_file(name: str) -> Response:
    """Send a file of the installed Swagger UI."""
    if name not in SWAGGER_FILES:
        abort(404)
    return send_from_directory(SWAGGER_UI, name, max_age=86400)


def list_problems() -> str:
    """List every kind of problem."""
    return render_template("problems.html", kinds=problems.catalogue())


def explain_problem(code: str) -> str:
    """Explain one kind of problem: the page its `type` points to."""
    kind = next((kind for kind in problems.catalogue() if kind.code == code), None)
    if kind is None:
        abort(404)
    return render_template("problem.html", kind=kind)
