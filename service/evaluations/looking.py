"""Looking at the database before a request's own transaction: to pin inputs and load what they name."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g

from service.kit import clock
from service.kit.app_context import runtime
from service.kit.db.transaction import Actor, Transaction


@contextmanager
def looking(actor: Actor) -> Iterator[Transaction]:
    """Give a transaction that cannot write, for work that comes before the request's own."""
    with runtime().database.reading() as session:
        yield Transaction(session, actor, clock.now(), g.request_id)
