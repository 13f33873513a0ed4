"""The tables of replays and of differences."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.db.models import Base, Owned, strict


class Difference(Base):
    """What lies between two evaluations, as an engine computed it. Never changes. content: JSON, see document."""

    __tablename__ = "evaluation_differences"
    __table_args__ = strict()

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    before_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id"), primary_key=True)
    after_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id"), primary_key=True)
    engine_version: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]


class Replay(Owned, Base):
    """An evaluation computed again. Never changes.

    engine_version: what computed it again; evaluation_engine_version: what computed it first. digest: of the answer
    it gave. intact: whether evaluation and inputs still have the digests they were stored under. identical: whether
    inputs and answer are the same. differences: the first of them.
    """

    __tablename__ = "evaluation_replays"
    __table_args__ = strict(Index("ix_evaluation_replays_page", "evaluation_id", "created_at", "id"))

    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id"))
    engine_version: Mapped[str]
    evaluation_engine_version: Mapped[str]
    digest: Mapped[str]
    intact: Mapped[bool]
    identical: Mapped[bool]
    differences: Mapped[list[Any]]

    @property
    def explanation(self) -> str:
        """Say in a sentence what the replay shows."""
        if not self.intact:
            return f"{self._damaged} What is stored is no longer what was stored once."
        if self.identical:
            return "The same inputs gave the same answer."
        if self.engine_version != self.evaluation_engine_version:
            versions = f"{self.evaluation_engine_version} made the evaluation, {self.engine_version} this replay"
            return f"The engine changed ({versions}): the differences are the engine's. The evaluation stays as it was."
        return "The same engine gave another answer to the same inputs: this must not happen, please report it."

    @property
    def _damaged(self) -> str:
        inputs = [found["pointer"] for found in self.differences if found["pointer"].startswith("/inputs/")]
        return f"The evaluation's inputs are damaged: {', '.join(inputs)}." if inputs else "The evaluation is damaged."
