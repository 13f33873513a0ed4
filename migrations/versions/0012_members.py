"""Members, and to each key there is a member of its own.

Revision: 0012_members, after 0011_outcomes.
"""

import sqlalchemy as sa
from alembic import op

from service.kit import ids
from service.kit.db import row_security, types

revision = "0012_members"
down_revision = "0011_outcomes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    members = op.create_table(
        "members",
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("kind", types.Str(), nullable=False),
        sa.Column("name", types.Str(), nullable=False),
        sa.Column("email", types.Str(), nullable=False),
        sa.Column("subject", types.Str(), nullable=True),
        sa.Column("role", types.Str(), nullable=False),
        sa.Column("deactivated_at", types.UtcDateTime(), nullable=True),
        sa.Column("version", types.Int, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_members_organization_id_organizations")
        ),
        sa.UniqueConstraint("organization_id", "subject", name=op.f("uq_members_organization_id_subject")),
        sqlite_strict=True,
    )
    op.create_index("ix_members_page", "members", ["organization_id", "created_at", "id"])
    op.add_column("api_keys", sa.Column("member_id", types.Str(), nullable=True))
    _give_members(members)
    row_security.protect("members")


def downgrade() -> None:
    op.drop_column("api_keys", "member_id")
    op.drop_table("members")


def _give_members(members: sa.Table) -> None:
    keys = sa.table(
        "api_keys",
        sa.column("id", types.Str()),
        sa.column("organization_id", types.Str()),
        sa.column("created_at", types.UtcDateTime()),
        sa.column("name", types.Str()),
        sa.column("role", types.Str()),
        sa.column("member_id", types.Str()),
    )
    connection = op.get_bind()
    for key in connection.execute(sa.select(keys)).mappings().all():
        member_id = ids.new("mb")
        copied = {name: key[name] for name in ("organization_id", "created_at", "name", "role")}
        connection.execute(members.insert().values(id=member_id, kind="person", email="", version=1, **copied))
        connection.execute(keys.update().where(keys.c.id == key["id"]).values(member_id=member_id))
