"""What a server loads before it answers: counted, since seconds depend on the machine."""

import gc
import subprocess
import sys

import pytest

from service.app import create_app
from service.server import gunicorn_conf
from service.settings import Settings

LATER = {"authlib", "duckdb", "icalendar", "joserfc", "llvmlite", "numba", "scipy", "typst", "xlsxwriter"}
"""Slow to load and not needed to answer: loaded where they are used."""


@pytest.mark.parametrize(
    ("loaded", "later"),
    [
        ("service.app", LATER),
        # It says where measurements go, and prometheus_client looks only once, when it is loaded.
        ("service.cli.serving", LATER | {"alembic", "numpy", "prometheus_client", "sqlalchemy"}),
    ],
)
def test_nothing_that_is_not_needed_to_answer_is_loaded_first(loaded: str, later: set[str]) -> None:
    program = f"import sys, {loaded}; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert "service.settings" in told.split()
    assert not later & set(told.split())


def test_the_description_is_written_when_somebody_asks() -> None:
    app = create_app(Settings())
    written = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict
    assert not written()["paths"]
    first = app.test_client().get("/openapi.json").data
    assert written()["paths"]
    assert app.test_client().get("/openapi.json").data == first


def test_garbage_is_collected_again_once_the_server_is_loaded() -> None:
    frozen = gc.get_freeze_count()
    try:
        gc.disable()
        gunicorn_conf.when_ready(None)
        assert gc.isenabled()
        assert gc.get_freeze_count() > frozen
    finally:
        gc.enable()
        gc.unfreeze()
