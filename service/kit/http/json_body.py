"""Reading a request's body: never past its limit, never held against a sender who breaks off."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from flask import g, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import RequestEntityTooLarge

from service.kit.http.problems import MALFORMED, TOO_LARGE, Problem

CHUNK = 262_144
"""Bytes read at once."""


def limit(most: int, patience: float) -> None:
    """Set how many bytes the body of the present request may have, and how many seconds each piece of it may take.

    Refuses a longer announced one with 413.
    """
    g.body_limit, g.body_patience = most, patience
    # One more than the limit: what is read past it, of a body without announced length, raises.
    request.max_content_length = most + 1
    if request.content_length is not None and request.content_length > most:
        raise _too_large()


def chunks() -> Iterator[bytes]:
    """Yield the body as it arrives, in pieces of at most 256 KiB.

    Raises Problem: 413 past the limit, 400 where the body ends early, is not framed as its headers say, or where a
    piece takes too long.
    """
    received = 0
    while piece := _read():
        received += len(piece)
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
        with hurried():
            return request.stream.read(CHUNK)
    except RequestEntityTooLarge as error:
        raise _too_large() from error
    except (OSError, ParseException) as error:
        raise _broken() from error


@contextmanager
def hurried() -> Iterator[None]:
    """Stop listening to a sender that takes too long: a byte now and then would keep its thread for ever."""
    sender: socket.socket | None = request.environ.get("gunicorn.socket")
    if sender is None:
        yield
        return
    timer = threading.Timer(g.body_patience, _stop_listening, (sender,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _stop_listening(sender: socket.socket) -> None:
    with suppress(OSError):  # it has hung up itself
        sender.shutdown(socket.SHUT_RD)


def _broken() -> Problem:
    return Problem(MALFORMED, "The body ended early, came too slowly or is not framed as its headers say.")


def _too_large() -> Problem:
    return Problem(TOO_LARGE, f"The body may have at most {g.body_limit} bytes here.")
