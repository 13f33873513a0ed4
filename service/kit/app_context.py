"""What an application carries besides Flask's own: the database, who may call, and how large a body may be."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from service.kit.db.database import Database
from service.kit.db.transaction import Actor
from service.kit.http.outbound import Outbound
from service.kit.http.rate_limit import RateLimit
from service.kit.http.uploads import Uploads
from service.kit.presence import Presence


@dataclass(frozen=True, slots=True)
class Runtime:
    """Made once by the application factory.

    authenticate: returns the actor of an `Authorization` header's key, as the database has it now or, for a call that
    only looks, as it was known a moment ago; raises Problem 401. forget_keys: ends what was known of any key.
    note_use: keeps that the actor's key was used, for a `first_use`.
    max_body_bytes: largest JSON body a call takes unless it says otherwise.
    patience_seconds: how long a sender may take for a piece of a body.
    outbound: which addresses of users may be called.
    uploads: where streamed bodies are received, and their own limits. presence: this process among the machine's.
    metrics_token: what who asks for metrics must send, empty: nobody is told. rate_limit: how often a key may call.
    """

    database: Database
    authenticate: Callable[[str, bool], Actor]
    forget_keys: Callable[[], None]
    note_use: Callable[[Session, Actor], None]
    max_body_bytes: int
    patience_seconds: float
    outbound: Outbound
    uploads: Uploads
    presence: Presence
    metrics_token: str
    rate_limit: RateLimit


def runtime() -> Runtime:
    """Return the runtime of the application that serves the present request."""
    carried = current_app.extensions["crossover"]
    assert isinstance(carried, Runtime)
    return carried
