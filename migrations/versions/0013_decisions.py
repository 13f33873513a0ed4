"""Decisions, their votes, comments and purchases, and guardrails.

Revision: 0013_decisions, after 0012_members.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, row_security, types

revision = "0013_decisions"
down_revision = "0012_members"
branch_labels = None
depends_on = None

STATES = "'proposed', 'approved', 'purchased', 'active', 'ended', 'rejected', 'withdrawn', 'lapsed', 'superseded'"

FROZEN = ("digest", "content", "evaluation_id", "option", "kind", "proposer_id", "owner_id", "total_commitment")
"""What is decided never changes, whoever writes."""


def upgrade() -> None:
    _create(
        "decisions",
        _texts("workload_id", "evaluation_id", "option?", "kind", "title", "state"),
        [sa.Column("due_at", types.UtcDateTime(), nullable=True)],
        _texts("due_state?", "state_reason", "proposer_id", "owner_id", "provider?", "currency"),
        [
            sa.Column("total_commitment", types.ExactDecimal(), nullable=False),
            sa.Column("buys", types.Flag(), nullable=False),
        ],
        _texts("decide_by", "valid_until", "purchase_by", "starts_on", "ends_on?", "notice_by?"),
        _texts("external_reference", "digest"),
        [sa.Column("content", types.Json(), nullable=False)],
        _texts("supersedes_id?", "superseded_by_id?"),
        [
            sa.Column("votes_cast", types.Int, nullable=False),
            sa.Column("updated_at", types.UtcDateTime(), nullable=False),
            sa.Column("approved_at", types.UtcDateTime(), nullable=True),
            sa.Column("version", types.Int, nullable=False),
            sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_decisions_state")),
        ],
        references={"workload_id": "workloads", "evaluation_id": "evaluations", **_members("proposer_id", "owner_id")},
    )
    op.create_index("ix_decisions_page", "decisions", ["organization_id", "created_at", "id"])
    op.create_index("ix_decisions_workload", "decisions", ["organization_id", "workload_id", "created_at"])
    op.create_index("ix_decisions_due", "decisions", ["due_at"])
    op.create_index("ix_decisions_reference", "decisions", ["organization_id", "external_reference"])
    append_only.protect("decisions", FROZEN)
    _create(
        "decision_votes",
        _texts("decision_id", "member_id", "actor_id"),
        [sa.Column("number", types.Int, nullable=False)],
        _texts("vote", "reason", "digest"),
        references={"decision_id": "decisions", **_members("member_id")},
    )
    op.create_index("ix_decision_votes_decision", "decision_votes", ["decision_id", "created_at", "id"])
    append_only.protect("decision_votes")
    _create(
        "decision_comments",
        _texts("decision_id", "member_id", "text"),
        references={"decision_id": "decisions", **_members("member_id")},
    )
    op.create_index("ix_decision_comments_decision", "decision_comments", ["decision_id", "created_at", "id"])
    append_only.protect("decision_comments")
    _create(
        "decision_purchases",
        _texts("decision_id", "member_id", "commitment_id", "reference"),
        [
            sa.Column("facts", types.Json(), nullable=False),
            sa.UniqueConstraint("decision_id", name=op.f("uq_decision_purchases_decision_id")),
        ],
        references={"decision_id": "decisions", "commitment_id": "commitments", **_members("member_id")},
    )
    append_only.protect("decision_purchases")
    _create(
        "guardrails",
        [sa.Column("number", types.Int, nullable=False)],
        _texts("state", "reason", "proposer_id", "digest"),
        [
            sa.Column("content", types.Json(), nullable=False),
            sa.Column("votes", types.Json(), nullable=False),
            sa.Column("decided_at", types.UtcDateTime(), nullable=True),
            sa.Column("version", types.Int, nullable=False),
            sa.UniqueConstraint("organization_id", "number", name=op.f("uq_guardrails_organization_id_number")),
        ],
        references=_members("proposer_id"),
    )
    append_only.protect("guardrails", ("number", "digest", "content", "proposer_id"))


def downgrade() -> None:
    for table in ("guardrails", "decision_purchases", "decision_comments", "decision_votes", "decisions"):
        append_only.unprotect(table)
        op.drop_table(table)


def _create(table: str, *columns: list[sa.schema.SchemaItem], references: dict[str, str]) -> None:
    """Create a table whose rows belong to an organization."""
    op.create_table(
        table,
        sa.Column("id", types.Str(), nullable=False),
        sa.Column("organization_id", types.Str(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        *(item for group in columns for item in group),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
            for column, target in {"organization_id": "organizations", **references}.items()
        ),
        sqlite_strict=True,
    )
    row_security.protect(table)


def _texts(*names: str) -> list[sa.schema.SchemaItem]:
    """Return columns of text; those that end in a question mark may be null."""
    return [sa.Column(name.removesuffix("?"), types.Str(), nullable=name.endswith("?")) for name in names]


def _members(*columns: str) -> dict[str, str]:
    return dict.fromkeys(columns, "members")
