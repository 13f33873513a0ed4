"""The table of replays."""

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.kit.models import Base, Owned, strict


class Replay(Owned, Base):
    """An evaluation computed again. Never changes.

    engine_version: what computed it again; evaluation_engine_version: what computed it first. digest: of the answer
    it gave. intact: whether the stored bytes still have the digest they were stored under. identical: whether the
    answers are the same. differences: the first of them.
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
            return "The stored bytes no longer have the digest they were stored under: they are damaged."
        if self.identical:
            return "The same inputs gave the same answer."
        if self.engine_version != self.evaluation_engine_version:
            versions = f"{self.evaluation_engine_version} made the evaluation, {self.engine_version} this replay"
            return f"The engine changed ({versions}): the differences are the engine's. The evaluation stays as it was."
        return "The same engine gave another answer to the same inputs: this must not happen, please report it."
