"""Damage: stored inputs that somebody changed behind the service's back are told, never computed with as if pinned."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager

import zstandard

from service.kit.http.problems import Problem, define

DAMAGED = define(
    "evidence-damaged", 409, "Stored evidence is damaged",
    "What is stored is no longer what was stored once: somebody changed the database past the service, or it is "
    "damaged. The detail says what. Restore it from a backup.",
)  # fmt: skip

UNREADABLE = (ArithmeticError, LookupError, TypeError, ValueError, struct.error, zstandard.ZstdError)
"""What reading damaged bytes may raise."""


def require_intact(what: str, pinned: str, found: str) -> None:
    """Raise Problem 409 where the digest found is not the one that was pinned."""
    if pinned != found:
        raise Problem(DAMAGED, f"The {what} was stored with the digest {pinned}, what is there now has {found}.")


@contextmanager
def decoding(what: str) -> Iterator[None]:
    """Read stored bytes. Raises Problem 409 where they cannot be read."""
    try:
        yield
    except UNREADABLE as error:
        raise Problem(DAMAGED, f"The {what} cannot be read any more: {error}.") from error
