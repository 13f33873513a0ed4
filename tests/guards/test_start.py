"""What a server loads before it answers: counted, since seconds depend on the machine."""

import subprocess
import sys

import pytest

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
