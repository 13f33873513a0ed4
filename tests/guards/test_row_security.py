"""Every table of organizations has its policy, and who opens a session without an organization is listed."""

import ast

import pytest
from sqlalchemy import text

from service.kit.db.database import Database
from service.kit.db.row_security import POLICY
from service.models import Base
from tests.guards.sources import named, python_files, tree

NOT_OWNED: set[str] = set()
"""Tables without `organization_id` that need no policy, each for a reason written beside it."""

UNBOUND = {
    "service/access/queries.py",  # whose key it is comes before the organization is known
    "service/cli/auditing.py",  # finds the organization by its name
    "service/cli/backing_up.py",  # copies everybody's
    "service/cli/creating.py",  # makes organizations
    "service/health/collector.py",  # counts over everybody
    "service/health/readiness.py",
    "service/kit/db/backup.py",
    "service/kit/db/database.py",  # asks whether policies bind at all
    "service/kit/db/schema.py",
    "service/kit/jobs/worker.py",  # claims and purges everybody's jobs; a handler's own transactions are narrowed
}
"""Who opens sessions that are not, or not at once, narrowed to an organization."""

DOORS = {
    "service/evaluations/looking.py",
    "service/kit/http/idempotency.py",
    "service/kit/http/unit_of_work.py",
    "service/pages/door.py",
    "service/pages/start/shape.py",
    "service/pages/start/traffic.py",
    "service/traffic_histories/profiling.py",
    "service/traffic_histories/routes.py",
    "service/traffic_histories/standing.py",
    "service/traffic_sources/object_upload.py",
}
"""Who opens sessions only to narrow them, by a Transaction or `row_security.narrow`."""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_every_table_of_organizations_shows_each_only_its_own(database: Database) -> None:
    protected = text(
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
        "WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polname = :policy"
    )
    with database.reading() as session:
        found = set(session.scalars(protected, {"policy": POLICY}))
    missing = sorted(set(Base.metadata.tables) - found - NOT_OWNED)
    assert not missing, (
        f"without a policy: {', '.join(missing)}. In the migration that creates the table, after create_table, call "
        '`row_security.protect("<table>")` (from service.kit.db import row_security). A table whose rows belong to no '
        f"organization goes into NOT_OWNED of tests/guards/test_row_security.py with its reason."
    )


def test_who_opens_a_session_of_no_organization_is_listed() -> None:
    found = {
        named(path)
        for path in python_files("service")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("reading", "glance")
        and not {"task", "evaluating"} & set(ast.unparse(node.func.value).split("."))
    }
    unknown = sorted(found - UNBOUND - DOORS)
    assert not unknown, (
        f"opens a session: {', '.join(unknown)}. Work on the Transaction handed over; where that cannot be, make one "
        "at once (it narrows the session to its organization) and name the file in DOORS, or in UNBOUND with a reason."
    )
