"""Who may call what is a file that people read and approve: no route is served that it does not list."""

from tests.guards.role_matrix import FILE, HEAD, lines


def test_every_operation_is_listed_with_the_roles_that_may_call_it() -> None:
    listed, served = set(FILE.read_text().splitlines()) - {HEAD}, set(lines())
    more, less = sorted(served - listed), sorted(listed - served)
    told = "read what changes, then run `.venv/bin/python -m tests.guards.role_matrix`"
    assert (more, less) == ([], []), f"{told}; served, not listed: {more}; listed, not served: {less}"
