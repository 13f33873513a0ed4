"""Row-level security on PostgreSQL: every table that belongs to organizations.

Revision: 0009_row_security, after 0008_standings.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import row_security

revision = "0009_row_security"
down_revision = "0008_standings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():  # no table stays locked while another is waited for
        row_security.prepare()
        row_security.protect("organizations", column="id")
        for table in _owned():
            row_security.protect(table)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table in ["organizations", *_owned()]:
            row_security.unprotect(table)


def _owned() -> list[str]:
    """Return the tables there are by now whose rows name their organization."""
    inspector = sa.inspect(op.get_bind())
    return [
        table
        for table in sorted(inspector.get_table_names())
        if any(column["name"] == "organization_id" for column in inspector.get_columns(table))
    ]
