"""Rows that never change, kept so by the database itself: used by migrations.

SQLite's `INSERT OR REPLACE` walks past a delete trigger unless `recursive_triggers` is on, which kit/db.py sees to.
A batch migration that rebuilds a SQLite table drops its triggers: call `protect` again after it.
"""

from collections.abc import Sequence

from alembic import op

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME USING ERRCODE = '23001'; END $$
"""


def protect(table: str, columns: Sequence[str] = (), *, deletes: bool = True, when: str = "") -> None:
    """Refuse updates of `columns` of `table` (all of them when none are named) and, unless told not to, deletes.

    when: condition on OLD and NEW under which updates are refused; empty: always.
    """
    if op.get_bind().dialect.name == "postgresql":
        _protect_postgresql(table, columns, deletes=deletes, when=f"WHEN ({when})" if when else "")
    else:
        _protect_sqlite(table, columns, deletes=deletes, when=f"WHEN {when}" if when else "")


def unprotect(table: str) -> None:
    """Take the protection of `table` away again: only for a downgrade, before the table is dropped or rebuilt."""
    on_table = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
    for what in ("update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_refuse_{what}{on_table}")


def _of(columns: Sequence[str]) -> str:
    return f" OF {', '.join(columns)}" if columns else ""


def _protect_sqlite(table: str, columns: Sequence[str], *, deletes: bool, when: str) -> None:
    refusal = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} never change'); END"
    op.execute(f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE{_of(columns)} ON {table} {when} {refusal}")
    if deletes:
        op.execute(f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} {refusal}")


def _protect_postgresql(table: str, columns: Sequence[str], *, deletes: bool, when: str) -> None:
    op.execute(_FUNCTION)
    each = "EXECUTE FUNCTION refuse_change()"
    update = f"BEFORE UPDATE{_of(columns)} ON {table} FOR EACH ROW {when}"
    op.execute(f"CREATE TRIGGER {table}_refuse_update {update} {each}")
    if deletes:
        op.execute(f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} FOR EACH ROW {each}")
        op.execute(f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {each}")
