"""The tables of traffic histories: what was uploaded, and its columns as Parquet, in chunks. Rows never change."""

from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.kit.db.models import Base, Owned, strict
from service.traffic_histories.reading.columns_file import Facts
from service.traffic_histories.reading.time_text import instant


class StoredHistory(Owned, Base):
    """A traffic history. The same content is stored once a workload.

    digest: of the content (see workflow.traffic). kind, bucket_seconds, absent, rows, columns, first_us, last_us,
    start_us, end_us: see reading.store.Facts. requests, input_tokens, cached_input_tokens, output_tokens: sums over
    the history, requests None where they were not recorded. source: what was sent. report: of reading it, see
    reading.report.Report.
    """

    __tablename__ = "traffic_histories"
    __table_args__ = strict(
        UniqueConstraint("workload_id", "digest"),
        Index("ix_traffic_histories_page", "organization_id", "workload_id", "created_at", "id"),
    )

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    workload_id: Mapped[str] = mapped_column(ForeignKey("workloads.id"))
    digest: Mapped[str]
    kind: Mapped[str]
    bucket_seconds: Mapped[int | None]
    absent: Mapped[str | None]
    rows: Mapped[int]
    columns: Mapped[list[Any]]
    first_us: Mapped[int]
    last_us: Mapped[int]
    start_us: Mapped[int | None]
    end_us: Mapped[int | None]
    requests: Mapped[int | None]
    input_tokens: Mapped[int]
    cached_input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    source: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]

    standing: Mapped["HistoryStanding | None"] = relationship(viewonly=True, lazy="joined", uselist=False)

    @property
    def retired_at(self) -> datetime | None:
        """Since when it is set aside."""
        return None if self.standing is None else self.standing.retired_at

    @property
    def chosen_at(self) -> datetime | None:
        """Since when it is the workload's current history by choice, None where it is not chosen."""
        return None if self.standing is None else self.standing.chosen_at

    @property
    def etag(self) -> str:
        """The tag: a history never changes, so its digest stands for it; what changes is how it stands."""
        digest = self.digest.removeprefix("sha256:")[:32]
        marks = (("r", self.retired_at), ("c", self.chosen_at))
        return digest + "".join(f"-{mark}{at.timestamp():.6f}" for mark, at in marks if at is not None)

    @property
    def facts(self) -> Facts:
        """What decoding its chunks needs."""
        return Facts(
            kind=cast("Literal['log', 'series']", self.kind),
            rows=self.rows,
            columns=tuple(self.columns),
            digest=self.digest,
            first_us=self.first_us,
            last_us=self.last_us,
            requests=self.requests,
            input_tokens=self.input_tokens,
            cached_input_tokens=self.cached_input_tokens,
            output_tokens=self.output_tokens,
            bucket_seconds=self.bucket_seconds,
            absent=cast("Literal['missing', 'idle'] | None", self.absent),
            start_us=self.start_us,
            end_us=self.end_us,
        )

    @property
    def first_at(self) -> datetime:
        """Time of the first row: an arrival, or the start of a bucket."""
        return instant(self.first_us)

    @property
    def last_at(self) -> datetime:
        """Time of the last row."""
        return instant(self.last_us)

    @property
    def start(self) -> datetime | None:
        """Declared start of the observation, where it is earlier than the first row."""
        return None if self.start_us is None else instant(self.start_us)

    @property
    def end(self) -> datetime | None:
        """Declared end of the observation."""
        return None if self.end_us is None else instant(self.end_us)


class HistoryStanding(Base):
    """How a history stands among those of its workload. retired_at: since when it is set aside; chosen_at: current."""

    __tablename__ = "traffic_history_standings"
    __table_args__ = strict()

    traffic_history_id: Mapped[str] = mapped_column(ForeignKey("traffic_histories.id"), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    retired_at: Mapped[datetime | None]
    chosen_at: Mapped[datetime | None]


class HistoryChunk(Base):
    """Some rows of a history, see reading.stored_columns. ordinal counts from 0."""

    __tablename__ = "traffic_history_chunks"
    __table_args__ = strict()

    traffic_history_id: Mapped[str] = mapped_column(ForeignKey("traffic_histories.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organization_id: Mapped[str]
    rows: Mapped[int]
    data: Mapped[bytes]
