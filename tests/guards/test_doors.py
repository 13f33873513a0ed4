"""Only the doors end a transaction; everything else is handed one."""

import ast

from tests.guards.sources import named, python_files, tree

DOORS = {
    "service/kit/db/database.py",  # Database.write: the request's, the job's and the command's
    "service/kit/db/backup.py",  # fills an empty database, all or nothing
    "service/kit/db/postgresql.py",  # locks that are taken outside any transaction
}
ENDINGS = {"commit", "rollback", "begin"}
"""Ends of a transaction; `with session.begin():` commits too."""


def test_nobody_but_the_doors_commits() -> None:
    found = {
        f"{named(path)}:{node.lineno}"
        for path in python_files("service")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ENDINGS
        if named(path) not in DOORS
    }
    assert not found, f"leave the ending of a transaction to Database.write: {sorted(found)}"


def test_only_the_doors_are_handed_the_way_to_write() -> None:
    allowed = {
        "service/access/people.py",  # a first sign-in adds its member, before there is anybody who could ask for it
        "service/cli/creating.py",
        "service/health/readiness.py",  # writes nothing new: whether it could is the question
        "service/kit/http/unit_of_work.py",
        "service/kit/http/idempotency.py",
        "service/kit/jobs/queue.py",
        "service/kit/jobs/worker.py",
        "service/pages/door.py",  # of forms: they are requests too
    }
    found = {
        named(path)
        for path in python_files("service")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "write"
        if "database" in ast.unparse(node.func.value)
    }
    assert found <= allowed, f"write through the transaction handed over, not anew: {sorted(found - allowed)}"
