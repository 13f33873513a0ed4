"""Entity tags: a versioned row's tag is its version; anything else's is the digest of its bytes."""

import hashlib
from typing import Protocol, runtime_checkable

from flask import g, request
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from werkzeug.datastructures import ETags

from service.kit.http.problems import PRECONDITION_FAILED, PRECONDITION_REQUIRED, Problem


@runtime_checkable
class Tagged(Protocol):
    """A result that knows its entity tag."""

    @property
    def etag(self) -> str:
        """The tag, without quotes."""
        ...


class Versioned:
    """A row that changes: `version` counts its states from 1 and is checked by every UPDATE."""

    version: Mapped[int] = mapped_column()

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, object]:
        """Let the ORM count and compare the version."""
        return {"version_id_col": cls.version}

    @property
    def etag(self) -> str:
        """The tag, without quotes."""
        return f"v{self.version}"


def of_bytes(content: bytes) -> str:
    """Return the tag of these bytes, without quotes."""
    return hashlib.sha256(content).hexdigest()[:32]


def required() -> ETags:
    """Return the tags of `If-Match`; raises 428 when the header is absent."""
    if "If-Match" not in request.headers:
        raise Problem(PRECONDITION_REQUIRED, "Send If-Match with the ETag of the version you want to change.")
    return request.if_match


def require_match(row: Tagged) -> None:
    """Raise 428 without `If-Match`, 412 when it names another version than the row's. Call it before any change."""
    tags = required()
    g.matched = True
    if not tags.contains(row.etag):
        raise changed(f'"{row.etag}"')


def changed(present: str) -> Problem:
    """Return the 412 for an `If-Match` that does not name the present tag."""
    detail = f"The present version is {present}. Read it again and repeat the request."
    return Problem(PRECONDITION_FAILED, detail, headers={"ETag": present})
