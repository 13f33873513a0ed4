"""Canonical JSON (RFC 8785): the same value is the same bytes, so bytes can be hashed, compared and stored."""

import hashlib
from typing import Any

import rfc8785


def dumps(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the canonical JSON bytes of a value made of dicts, lists, strings, integers, floats, booleans, None.

    Raises ValueError for what JSON cannot carry exactly: NaN, infinities, integers beyond 2**53 - 1.
    """
    return rfc8785.dumps(value)


def digest(content: bytes) -> str:
    """Return the SHA-256 of `content` as `sha256:<hex>`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
