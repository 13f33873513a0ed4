"""Delegations, approvals by break-glass, and decisions moved onto newer evaluations.

Revision: 0014_approvals, after 0013_decisions.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, row_security, types

revision = "0014_approvals"
down_revision = "0013_decisions"
branch_labels = None
depends_on = None

DECIDED = ("digest", "content", "evaluation_id", "option", "kind", "total_commitment")

PEOPLE = ("proposer_id", "owner_id")

SETTLED = "OLD.state <> 'proposed' OR NEW.state <> OLD.state OR " + " OR ".join(
    f"NEW.{name} <> OLD.{name}" for name in PEOPLE
)
"""What is decided changes only while it stays a proposal, by moving it onto a newer evaluation; its people never do."""


def upgrade() -> None:
    op.add_column("decision_votes", sa.Column("on_behalf_of", types.Str(), nullable=True))
    op.add_column("decision_votes", sa.Column("carried_from", types.Str(), nullable=True))
    append_only.unprotect("decisions")
    append_only.protect("decisions", (*DECIDED, *PEOPLE), when=SETTLED)
    _create(
        "decision_delegations",
        _texts("delegator_id", "delegate_id", "until", "reason"),
        [sa.Column("revoked_at", types.UtcDateTime(), nullable=True)],
        members=("delegator_id", "delegate_id"),
    )
    op.create_index("ix_decision_delegations_page", "decision_delegations", ["organization_id", "created_at", "id"])
    append_only.protect("decision_delegations", ("delegator_id", "delegate_id", "until", "reason"))
    _create(
        "decision_break_glass",
        _texts("decision_id", "member_id", "reason"),
        [sa.Column("overridden", types.Json(), nullable=False)],
        _texts("review_by"),
        [
            sa.Column("raised_at", types.UtcDateTime(), nullable=True),
            sa.Column("reviewed_at", types.UtcDateTime(), nullable=True),
        ],
        _texts("reviewer_id?", "review"),
        [sa.UniqueConstraint("decision_id", name=op.f("uq_decision_break_glass_decision_id"))],
        members=("member_id", "reviewer_id"),
        decisions=("decision_id",),
    )
    op.create_index("ix_decision_break_glass_due", "decision_break_glass", ["review_by"])
    append_only.protect("decision_break_glass", ("decision_id", "member_id", "reason", "overridden", "review_by"))
    _create(
        "decision_rebases",
        _texts("decision_id", "member_id", "from_evaluation_id", "to_evaluation_id", "from_digest", "to_digest"),
        [
            sa.Column("content", types.Json(), nullable=False),
            sa.Column("carried", types.Flag(), nullable=False),
            sa.Column("because", types.Json(), nullable=False),
            sa.Column("differences", types.Json(), nullable=False),
        ],
        members=("member_id",),
        decisions=("decision_id",),
    )
    op.create_index("ix_decision_rebases_decision", "decision_rebases", ["decision_id", "created_at", "id"])
    append_only.protect("decision_rebases")


def downgrade() -> None:
    for table in ("decision_rebases", "decision_break_glass", "decision_delegations"):
        append_only.unprotect(table)
        op.drop_table(table)
    append_only.unprotect("decisions")
    append_only.protect("decisions", (*DECIDED, *PEOPLE))
    op.drop_column("decision_votes", "carried_from")
    op.drop_column("decision_votes", "on_behalf_of")


def _create(
    table: str, *columns: list[sa.schema.SchemaItem], members: tuple[str, ...], decisions: tuple[str, ...] = ()
) -> None:
    """Create a table whose rows belong to an organization."""
    targets = {"organization_id": "organizations"}
    targets |= dict.fromkeys(decisions, "decisions") | dict.fromkeys(members, "members")
    op.create_table(
        table,
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        *(item for group in columns for item in group),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
            for column, target in targets.items()
        ),
        sqlite_strict=True,
    )
    row_security.protect(table)


def _texts(*names: str) -> list[sa.schema.SchemaItem]:
    """Return columns of text; those that end in a question mark may be null."""
    return [sa.Column(name.removesuffix("?"), types.Str(), nullable=name.endswith("?")) for name in names]
