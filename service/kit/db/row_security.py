"""Row-level security: on PostgreSQL a transaction of one organization can neither see nor write another's rows.

It stands behind the queries, which name the organization themselves: where one forgets to, nothing of others is found.
Transactions that belong to nobody (claiming jobs, purging, migrations, copies) are not narrowed. SQLite has no such
thing; there the queries alone keep organizations apart.
"""

from alembic import op
from sqlalchemy import text
from sqlalchemy.orm import Session

SETTING = "crossover.organization"
"""What holds, until a transaction ends, the organization it is narrowed to; unset or empty: it is not narrowed."""

TENANT = "crossover_tenant"
"""Role without login that a narrowed transaction of a superuser takes on: policies do not bind superusers."""

POLICY = "organization_only"

_NARROW = text(
    "SELECT set_config(:setting, :organization_id, true), CASE WHEN current_setting('is_superuser') = 'on'"
    " AND to_regrole(:tenant) IS NOT NULL THEN set_config('role', :tenant, true) END"
)

_IS_BOUND = text("SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user")

_MAKE_TENANT = f"""
DO $$ BEGIN
  IF to_regrole('{TENANT}') IS NULL
    AND (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)
  THEN CREATE ROLE {TENANT} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this server was faster
END $$
"""  # noqa: S608 - constants only

_GRANT = f"""
DO $$ BEGIN
  IF to_regrole('{TENANT}') IS NOT NULL THEN
    EXECUTE 'GRANT USAGE ON SCHEMA ' || quote_ident(current_schema()) || ' TO {TENANT}';
    EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ' || quote_ident(current_schema())
      || ' TO {TENANT}';
    EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || quote_ident(current_schema())
      || ' GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {TENANT}';
    EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || quote_ident(current_schema())
      || ' GRANT USAGE ON SEQUENCES TO {TENANT}';
  END IF;
END $$
"""


def narrow(session: Session, organization_id: str) -> None:
    """Bind the session's transaction to one organization until it ends, or until it is bound to another.

    What is pending is written first: it belongs to whom the transaction was bound to before.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.flush()
        session.execute(_NARROW, {"setting": SETTING, "organization_id": organization_id, "tenant": TENANT})


def binds(session: Session) -> bool:
    """Tell whether policies bind narrowed transactions: not on SQLite, and not a role that bypasses them."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    narrow(session, "-")
    return bool(session.execute(_IS_BOUND).scalar_one())


def prepare() -> None:
    """Make, in a migration, the role that transactions of superusers are narrowed to, where that is allowed."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_MAKE_TENANT)
        op.execute(_GRANT)


def protect(table: str, column: str = "organization_id") -> None:
    """Show rows of `table`, in a migration, only to transactions of their organization, which `column` names.

    Does nothing on SQLite. Can be repeated.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    own = f"{column} = coalesce(nullif(current_setting('{SETTING}', true), ''), {column})"
    op.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
    op.execute(f"CREATE POLICY {POLICY} ON {table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def unprotect(table: str) -> None:
    """Take the policy of `table` away again, in a downgrade that keeps the table."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    op.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
