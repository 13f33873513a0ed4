"""The purchase request of an approval, kept with the decision.

Revision: 0016_purchase_requests, after 0015_differences.
"""

import sqlalchemy as sa
from alembic import op

from service.kit.db import append_only, types

revision = "0016_purchase_requests"
down_revision = "0015_differences"
branch_labels = None
depends_on = None

DECIDED = ("digest", "content", "evaluation_id", "option", "kind", "total_commitment")

PEOPLE = ("proposer_id", "owner_id")

SETTLED = "OLD.state <> 'proposed' OR NEW.state <> OLD.state OR " + " OR ".join(
    f"NEW.{name} <> OLD.{name}" for name in PEOPLE
)
"""What is decided, and what was ordered on it, changes only while it stays a proposal."""


def upgrade() -> None:
    append_only.unprotect("decisions")
    op.add_column("decisions", sa.Column("purchase_request", types.Json(), nullable=True))
    append_only.protect("decisions", (*DECIDED, *PEOPLE, "purchase_request"), when=SETTLED)


def downgrade() -> None:
    append_only.unprotect("decisions")
    op.drop_column("decisions", "purchase_request")
    append_only.protect("decisions", (*DECIDED, *PEOPLE), when=SETTLED)
