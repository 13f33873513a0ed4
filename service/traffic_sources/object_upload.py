"""Uploads by address: an object is read as a stream into the same reader, under the same limits, as a body is."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask import current_app
from marshmallow import ValidationError

from service.kit import clock, metrics
from service.kit.app_context import runtime
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import TOO_LARGE, Problem, invalid
from service.kit.http.query import schema_errors
from service.kit.http.uploads import Received
from service.model_names import service as model_names
from service.traffic_histories.upload import Upload, fetched
from service.traffic_histories.upload_query import ReadWords
from service.workloads import service as workloads

from .object_stores import UNREACHABLE, ObjectStore, opened, placed

DEADLINE_SECONDS = 600
"""For an object to arrive whole."""


@dataclass(frozen=True, slots=True)
class ObjectUpload(Upload):
    """An object that was read. address: as said. tag: of the object in its store, None where it has none."""

    address: str
    tag: str | None

    @property
    def source(self) -> dict[str, Any]:
        """What is kept of what was read."""
        told = {"address": self.address, "tag": self.tag}
        return {"digest": self.received.digest, "bytes": self.received.size, "words": self.words, "object": told}


@contextmanager
def prepared(actor: Actor, workload_id: str, body: Mapping[str, Any]) -> Iterator[ObjectUpload]:
    """Fetch and read the object that the body names, before the transaction opens.

    Raises Problem: 404, 413, 422, 501, 502, 503, 507.
    """
    store, path = placed(current_app.extensions["object_stores"], actor.organization_id, body["address"])
    try:
        words = ReadWords().load(body["words"])
    except ValidationError as error:
        raise invalid(*schema_errors(error, at="/words")) from error
    with runtime().database.reading() as session:
        tx = Transaction(session, actor, clock.now(), "")
        asked = model_names.asked(tx, workloads.get(tx, workload_id).model)
    tags: list[str | None] = []
    with fetched(partial(_receive, store, path, tags), words, asked) as upload:
        yield ObjectUpload(upload.received, upload.encoded, upload.words, body["address"], tags[0])


def _receive(store: ObjectStore, path: str, tags: list[str | None], to: Path) -> Received:
    """Write an object to a file; note its tag."""
    most, began = runtime().uploads.max_bytes, time.monotonic()
    digest, size = hashlib.sha256(), 0
    with opened(store, path) as found, to.open("wb") as file:
        tags.append(found.tag)
        _require_small(found.size, most)
        for piece in found.pieces:
            digest.update(piece)
            size += file.write(piece)
            _require_small(size, most)
            if time.monotonic() - began > DEADLINE_SECONDS:
                raise Problem(UNREACHABLE, f"The object did not arrive within {DEADLINE_SECONDS} s.")
    metrics.UPLOAD_BYTES.inc(size)
    return Received(to, size, digest.digest())


def _require_small(size: int, most: int) -> None:
    if size > most:
        raise Problem(TOO_LARGE, f"The object has more than the {most} bytes that an upload may have; split it.")
