"""A resource that only tests of the door have: it succeeds, fails, waits and streams as it is told."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy import text

from service.kit.app_context import runtime
from service.kit.db.database import Database, DatabaseBusy, DatabaseFull
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import fields
from service.kit.http import json_body as request_body
from service.kit.http.blueprint import Resource
from service.kit.http.problems import CONFLICT, Problem

blueprint = Resource("tallies", __name__, description="A resource that only these tests have.")


class TallySchema(fields.Schema):
    """What a tally says and how it should go."""

    name = fields.Text(minimum=1, required=True)
    then = fields.Choice(("succeed", "refuse", "crash", "busy", "full"), load_default="succeed")


class StoredTallySchema(fields.Schema):
    """A tally as stored."""

    name = fields.Text(required=True)
    number = fields.Integer(required=True)


@dataclass(frozen=True)
class Received:
    """A streamed body."""

    fingerprint: bytes
    size: int


gate = threading.Event()
entered = threading.Event()


def insert(tx: Transaction, name: str) -> int:
    tx.session.execute(text("INSERT INTO tallies (name) VALUES (:name)"), {"name": name})
    return int(tx.session.execute(text("SELECT count(*) FROM tallies")).scalar_one())


@blueprint.endpoint(
    "POST", "/tallies", scope="workloads:write", body=TallySchema, status=201, returns=StoredTallySchema
)
def add(tx: Transaction, body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Add a tally."""
    number = insert(tx, body["name"])
    if body["then"] == "refuse":
        raise Problem(CONFLICT, "Not now.")
    if body["then"] != "succeed":
        raise {"crash": LookupError("secret"), "busy": DatabaseBusy("why"), "full": DatabaseFull("why")}[body["then"]]
    return {"name": body["name"], "number": number}, 201, {"Location": f"/v1/tallies/{number}"}


@blueprint.endpoint("PATCH", "/tallies", scope="workloads:write", status=204, guarded=True)
def forget_to_match(tx: Transaction) -> None:
    """Change something without looking at If-Match."""
    insert(tx, "forgotten")


@contextmanager
def slowly(actor: Actor, body: dict[str, Any]) -> Iterator[str]:
    """Work before the transaction until told to go on."""
    with runtime().database.reading() as session:
        session.execute(text("SELECT 1"))
    entered.set()
    assert gate.wait(20)
    yield f"{body['name']} of {actor.organization_id[:4]}"


@blueprint.endpoint("POST", "/slow-tallies", scope="workloads:write", body=TallySchema, status=201, prepare=slowly)
def add_slowly(tx: Transaction, body: dict[str, Any], prepared: str) -> dict[str, Any]:
    """Add a tally after some work."""
    return {"prepared": prepared, "number": insert(tx, body["name"])}


@contextmanager
def receiving(_actor: Actor) -> Iterator[Received]:
    """Receive a streamed body."""
    digest, size = hashlib.sha256(), 0
    for piece in request_body.chunks():
        digest.update(piece)
        size += len(piece)
    yield Received(digest.digest(), size)


@blueprint.endpoint(
    "POST", "/streams", scope="workloads:write", status=201, prepare=receiving, streams=["text/csv"], max_body=100_000
)
def add_stream(tx: Transaction, prepared: Received) -> dict[str, int]:
    """Add a tally for a stream."""
    return {"size": prepared.size, "number": insert(tx, "stream")}


@blueprint.endpoint("POST", "/looks", scope="workloads:read", body=TallySchema, writes=False)
def look(tx: Transaction, body: dict[str, Any]) -> dict[str, Any]:
    """Answer without storing, or try to store all the same."""
    if body["then"] == "crash":
        insert(tx, "sneaked in")
    return {"name": body["name"]}


@blueprint.endpoint("GET", "/files", scope="workloads:read")
def get_file(tx: Transaction) -> Response:
    """Answer stored bytes under their own tag."""
    response = Response(tx.organization_id[:4].encode(), content_type="application/octet-stream")
    response.set_etag("stored")
    return response


def stored(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM tallies")).scalar_one())
