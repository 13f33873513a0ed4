"""The difference of two stored evaluations: both loaded, the path between them computed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import request

from service import ENGINE_VERSION
from service.evaluations import queries
from service.evaluations.comparisons.document import diff_document
from service.evaluations.comparisons.path import Compute, Side, path_between
from service.evaluations.comparisons.sides import side_of
from service.evaluations.engine import Allowance, require_bounded
from service.evaluations.looking import looking
from service.kit import canonical_json
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import FieldError, invalid
from service.workflow.prepare import prepare

MOST_POINTS = 4
"""Most evaluations that a path computes on the way: traffic, two of prices, or both ends again."""


@dataclass(frozen=True)
class Diff:
    """A difference and its entity tag; no content for a reader who has it already."""

    etag: str
    content: bytes | None


@contextmanager
def diffed(actor: Actor, evaluation_id: str, query: dict[str, Any]) -> Iterator[Diff]:
    """Compare an evaluation with the one it is held against.

    Raises Problem 404 for the evaluation, 422 for the other, 409 where one is not completed.
    """
    with looking(actor) as tx:
        after = side_of(tx, evaluation_id)
        before = _against(tx, query["against"])
    names = [before.body["digest"], before.body["id"], after.body["digest"], after.body["id"], ENGINE_VERSION]
    etag = canonical_json.digest(canonical_json.dumps(names))
    known = request.if_none_match.contains(etag)
    yield Diff(etag, None if known else canonical_json.dumps(difference(actor, before, after)))


def difference(actor: Actor, before: Side, after: Side) -> dict[str, Any]:
    """Return the difference as JSON, computed inside a request.

    Raises Problem 422 where the two are in different currencies, or it would take too long.
    """
    require_one_currency(before, after)
    require_bounded(MOST_POINTS * max(before.estimated_seconds, after.estimated_seconds))
    return between(before, after, Allowance(actor).answer_of)


def between(before: Side, after: Side, compute: Compute) -> dict[str, Any]:
    """Return the difference of two sides in one currency as JSON; compute: answers materials on the way."""
    return diff_document(before, after, path_between(before, after, compute), _currency(after))


def require_one_currency(before: Side, after: Side) -> None:
    """Raise Problem 422 where the two are in different currencies."""
    currencies = [_currency(side) for side in (before, after)]
    if currencies[0] != currencies[1]:
        detail = f"It is in {currencies[0]}, this one in {currencies[1]}; evaluate both in one currency."
        raise invalid(FieldError("/against", "other_currency", detail, "query"))


def _against(tx: Transaction, evaluation_id: str) -> Side:
    if queries.evaluation(tx, evaluation_id) is None:
        raise invalid(FieldError("/against", "unknown_evaluation", "No evaluation has this id.", "query"))
    return side_of(tx, evaluation_id)


def _currency(side: Side) -> str:
    """Return the currency of an evaluation, whether or not it has an option."""
    return prepare(side.materials.offers, side.materials.policy)[1]
