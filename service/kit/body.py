"""Reading a request's body: never past its limit, never held against a sender who breaks off."""

from collections.abc import Iterator

from flask import g, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import RequestEntityTooLarge

from service.kit.problems import MALFORMED, TOO_LARGE, Problem

CHUNK = 262_144
"""Bytes read at once."""


def limit(most: int) -> None:
    """Set how many bytes the body of the present request may have. Refuses a longer announced one with 413."""
    g.body_limit = most
    # One more than the limit: a body without announced length shows by it that it goes on.
    request.max_content_length = most + 1
    if request.content_length is not None and request.content_length > most:
        raise _too_large()


def chunks() -> Iterator[bytes]:
    """Yield the body as it arrives, in pieces of at most 256 KiB.

    Raises Problem: 413 past the limit, 400 where the body ends early or is not framed as its headers say.
    """
    received = 0
    while piece := _read():
        received += len(piece)
        if received > g.body_limit:
            raise _too_large()
        yield piece
    if request.content_length is not None and received < request.content_length:
        raise _broken()


def read() -> bytes:
    """Read the whole body and keep it for the rest of the request."""
    g.body = b"".join(chunks())
    return content()


def content() -> bytes:
    """Return the body that `read` has read."""
    body = g.body
    assert isinstance(body, bytes)
    return body


def _read() -> bytes:
    try:
        return request.stream.read(CHUNK)
    except RequestEntityTooLarge as error:
        raise _too_large() from error
    except (OSError, ParseException) as error:
        raise _broken() from error


def _broken() -> Problem:
    return Problem(MALFORMED, "The body ended early or is not framed as its headers say.")


def _too_large() -> Problem:
    return Problem(TOO_LARGE, f"The body may have at most {g.body_limit} bytes here.")
