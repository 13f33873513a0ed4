"""The traffic histories that evaluations stand on."""

from dataclasses import dataclass

from service.evaluations.document import Pinned
from service.evaluations.estimating import TrafficSize, size_of
from service.evaluations.integrity import decoding, require_intact
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, FieldError, Problem, define, invalid
from service.traffic_histories import queries
from service.traffic_histories.remarks import remarks_of_report
from service.workflow.remarks import Remark
from service.workflow.traffic import TrafficHistory

NO_TRAFFIC = define(
    "no-traffic-history", 409, "No traffic history",
    "The workload has no traffic history yet, so there is nothing to measure. Upload one first.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HistoryPin:
    """A stored history by its id and digest, and its size, by which the time of an evaluation is estimated.

    remarks: what reading it found.
    """

    id: str
    digest: str
    size: TrafficSize
    remarks: tuple[Remark, ...] = ()


def pinned(tx: Transaction, workload_id: str, history_id: str | None) -> HistoryPin:
    """Return one of the workload's histories, the current one where `history_id` is None.

    Raises Problem 422 for a history that the workload has not or that is retired, 409 where it has none at all.
    """
    if history_id is None:
        found = queries.current(tx.session, tx.organization_id, workload_id)
        if found is None:
            detail = f"The workload {workload_id} has no traffic history that is not retired; upload one first."
            raise Problem(NO_TRAFFIC, detail)
    else:
        found = queries.history(tx.session, tx.organization_id, history_id)
        if found is None or found.workload_id != workload_id:
            detail = "The workload has no traffic history of this id."
            raise invalid(FieldError("/traffic_history_id", "unknown_history", detail))
        if found.retired_at is not None:
            detail = 'This traffic history is retired; name another, or take it back with PATCH {"retired": false}.'
            raise invalid(FieldError("/traffic_history_id", "retired_history", detail))
    tokens = (found.input_tokens, found.cached_input_tokens, found.output_tokens)
    size = size_of(found.first_us, found.last_us, found.requests, tokens)
    return HistoryPin(found.id, found.digest, size, remarks_of_report(found.report))


def require_present(tx: Transaction, history_id: str) -> None:
    """Raise Problem 409 where a history that was pinned a moment ago is there no more."""
    if queries.history(tx.session, tx.organization_id, history_id) is None:
        detail = f"The traffic history {history_id} was deleted while this request ran; ask again on another."
        raise Problem(CONFLICT, detail)


def load(tx: Transaction, pin: Pinned) -> TrafficHistory:
    """Return the traffic of a pinned history. Raises Problem 409 where what is stored is not what was pinned."""
    history = stored(tx, pin)
    require_intact(f"traffic history {pin.id}", pin.digest, history.digest)
    return history


def stored(tx: Transaction, pin: Pinned) -> TrafficHistory:
    """Return what is stored of a pinned history today. Raises Problem 409 where that is no history."""
    with decoding(f"traffic history {pin.id}"):
        history = queries.load_history(tx.session, tx.organization_id, str(pin.id))
        if history is None:
            raise ValueError("there is none")
        return history
