"""The one clock. Everything stored or sent is UTC with microseconds."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time, UTC, whole microseconds."""
    return datetime.now(UTC)
