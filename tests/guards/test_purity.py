"""The workflow asks no clock: what import rules cannot see, since `datetime` itself is only a value."""

import ast

from tests.guards.sources import named, python_files, tree

CLOCKS = {"now", "utcnow", "today"}


def test_the_workflow_asks_no_clock() -> None:
    found = [
        f"{named(path)}:{node.lineno}"
        for path in python_files("service")
        if "workflow" in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    assert not found, f"take the time from the history: {found}"
