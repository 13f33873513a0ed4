"""Looking for damage: whether price sheets, histories and evaluations still are what their digests say."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import undefer

from service.evaluations import queries
from service.evaluations.document import Inputs, digest_of
from service.evaluations.integrity import UNREADABLE
from service.evaluations.models import EvaluationResult, StoredEvaluation
from service.kit import canonical_json
from service.kit.db.transaction import Transaction
from service.price_sheets.models import PriceSheetVersion
from service.traffic_histories import queries as histories
from service.traffic_histories.models import StoredHistory

AT_ONCE = 20
"""Rows held in memory at once."""


def damaged(tx: Transaction) -> Iterator[str]:
    """Yield a sentence for everything of the organization that is not what was stored, naming it."""
    yield from _sheets(tx)
    yield from _histories(tx)
    yield from _evaluations(tx)
    yield from _answers(tx)


def _sheets(tx: Transaction) -> Iterator[str]:
    statement = select(PriceSheetVersion).where(PriceSheetVersion.organization_id == tx.organization_id)
    whole = statement.options(undefer(PriceSheetVersion.document)).execution_options(yield_per=AT_ONCE)
    for row in tx.session.scalars(whole):
        if canonical_json.digest(row.document) != row.digest:
            yield f"price sheet {row.price_sheet_id}, version {row.version}: its document is not what was stored"
        tx.session.expunge(row)


def _histories(tx: Transaction) -> Iterator[str]:
    rows = select(StoredHistory.id, StoredHistory.digest).where(StoredHistory.organization_id == tx.organization_id)
    for history_id, digest in tx.session.execute(rows).all():
        try:
            history = histories.load_history(tx.session, tx.organization_id, history_id)
            if history is None or history.digest != digest:
                yield f"traffic history {history_id}: its rows are not what was stored"
        except UNREADABLE as error:
            yield f"traffic history {history_id}: it cannot be read ({type(error).__name__})"


def _evaluations(tx: Transaction) -> Iterator[str]:
    statement = select(StoredEvaluation).where(StoredEvaluation.organization_id == tx.organization_id)
    for row in tx.session.scalars(statement.execution_options(yield_per=AT_ONCE)):
        try:
            if Inputs.of(row.inputs).key != row.input_key:
                yield f"evaluation {row.id}: its inputs are not what was stored"
        except UNREADABLE as error:
            yield f"evaluation {row.id}: its inputs cannot be read ({type(error).__name__})"


def _answers(tx: Transaction) -> Iterator[str]:
    whole = queries.results(tx).options(undefer(EvaluationResult.content)).execution_options(yield_per=AT_ONCE)
    for row in tx.session.scalars(whole):
        try:
            body = json.loads(row.content)
            if not digest_of(body) == body["digest"] == row.digest or canonical_json.dumps(body) != row.content:
                yield f"evaluation {row.evaluation_id}: its answer is not what was stored"
        except UNREADABLE as error:
            yield f"evaluation {row.evaluation_id}: its answer cannot be read ({type(error).__name__})"
        tx.session.expunge(row)
