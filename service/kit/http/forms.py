"""Forms of pages: their fields and files, read within the limits of any other body."""

from typing import Protocol, cast

from flask import request

from service.kit.http import json_body


class Source(Protocol):
    """What a server reads a body from."""

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes."""
        ...


class Patient:
    """A body whose every piece must come within the patience that is set for it."""

    def __init__(self, source: Source) -> None:
        """Read from a server's own stream."""
        self._source = source

    def read(self, size: int = -1) -> bytes:
        """Return a piece of the body."""
        with json_body.hurried():
            return self._source.read(size)

    def readline(self, size: int = -1) -> bytes:
        """Return a piece of the body: nothing here reads by lines."""
        return self.read(size)


def read(most: int, patience: float) -> dict[str, str]:
    """Return the fields of the present form, of each name the last; its files are then in `request.files`.

    most: bytes of the whole form. Raises Problem 413 for a longer one.
    """
    json_body.limit(most, patience)
    request.environ["wsgi.input"] = Patient(cast("Source", request.environ["wsgi.input"]))
    return {name: values[-1] for name, values in request.form.lists()}
