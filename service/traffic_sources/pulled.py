"""What a warehouse returned, read: an upload that nobody sent."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from service.traffic_histories.reading.process import EncodedHistory
from service.traffic_histories.upload import Upload


@dataclass(frozen=True, slots=True)
class HeldHistory(EncodedHistory):
    """An encoded history whose chunks are in memory: the file they were read from is gone when it is stored."""

    held: tuple[tuple[int, bytes], ...] = ()

    def blobs(self) -> Iterator[tuple[int, bytes]]:
        """Yield (rows, chunk) one at a time."""
        yield from self.held


@dataclass(frozen=True, slots=True)
class Pulled(Upload):
    """What a warehouse returned, read. statement: what is kept of what was run."""

    statement: dict[str, Any]

    @property
    def source(self) -> dict[str, Any]:
        """What is kept of what was sent."""
        return {"digest": self.received.digest, "bytes": self.received.size, "words": self.words} | {
            "statement": self.statement
        }


def held(history: EncodedHistory) -> HeldHistory:
    """Return a history with its chunks in memory."""
    facts = {field.name: getattr(history, field.name) for field in fields(EncodedHistory)}
    return HeldHistory(**facts, held=tuple(history.blobs()))
