"""The tables of evaluations: what was asked, on which inputs, and the answer. No row of them ever changes."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict
from service.kit.db.types import ExactDecimal


class StoredEvaluation(Owned, Base):
    """An evaluation as asked for, its inputs pinned. One workload has one for the same inputs: `input_key` says so.

    inputs: see evaluation_body.Inputs. policy_choice: the policy as it was asked for, see PolicyChoiceSchema.
    estimated_seconds: what computing it was expected to take.
    """

    __tablename__ = "evaluations"
    __table_args__ = strict(
        UniqueConstraint("workload_id", "input_key"),
        Index("ix_evaluations_page", "organization_id", "created_at", "id"),
        Index("ix_evaluations_workload", "workload_id", "created_at", "id"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    workload_id: Mapped[str] = mapped_column(ForeignKey("workloads.id"))
    traffic_history_id: Mapped[str] = mapped_column(ForeignKey("traffic_histories.id"))
    input_key: Mapped[str]
    inputs: Mapped[dict[str, Any]]
    policy_choice: Mapped[dict[str, Any]]
    estimated_seconds: Mapped[float]


class EvaluationSheet(Base):
    """A version of a price sheet that an evaluation stands on."""

    __tablename__ = "evaluation_price_sheets"
    __table_args__ = strict(
        ForeignKeyConstraint(
            ["price_sheet_id", "version"], ["price_sheet_versions.price_sheet_id", "price_sheet_versions.version"]
        ),
        Index("ix_evaluation_price_sheets_version", "price_sheet_id", "version"),
    )

    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id"), primary_key=True)
    price_sheet_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organization_id: Mapped[str]


class ChartData(Base):
    """What charts of an answer need beyond it, by the answer's digest: the same for every evaluation with that answer.

    engine_version, form: of what computed it; under others it is computed anew. content: JSON, see reports/chart_data.
    """

    __tablename__ = "evaluation_chart_data"
    __table_args__ = strict()

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    engine_version: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]


class EvaluationResult(Base):
    """The answer of an evaluation.

    version: counts the workload's answers from 1 without gaps. mode, option, monthly_cost, confidence: of the
    recommendation. review_by: the day to look again, as ISO text. content: the body in RFC 8785 form, as served.
    """

    __tablename__ = "evaluation_results"
    __table_args__ = strict(
        UniqueConstraint("workload_id", "version"),
        Index("ix_evaluation_results_digest", "organization_id", "digest"),
        Index("ix_evaluation_results_review", "organization_id", "review_by", "evaluation_id"),
    )

    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id"), primary_key=True)
    organization_id: Mapped[str]
    workload_id: Mapped[str]
    version: Mapped[int]
    completed_at: Mapped[datetime]
    digest: Mapped[str]
    engine_version: Mapped[str]
    mode: Mapped[str]
    option: Mapped[str | None]
    monthly_cost: Mapped[Decimal | None] = mapped_column(ExactDecimal())
    currency: Mapped[str | None]
    confidence: Mapped[str]
    review_by: Mapped[str]
    content: Mapped[bytes] = mapped_column(deferred=True)
