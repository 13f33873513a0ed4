"""How histories of a workload stand: which is current, which is set aside, and for how long one was observed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from service.events import service as events
from service.kit import ids
from service.kit.app_context import runtime
from service.kit.db import row_security
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import etags
from service.kit.http.problems import CONFLICT, NOT_FOUND, FieldError, Problem, invalid
from service.traffic_histories import queries, service
from service.traffic_histories.models import HistoryStanding, StoredHistory
from service.traffic_histories.reading.columns_file import Facts, facts_of
from service.traffic_histories.reading.options import ReadLimits
from service.traffic_histories.reading.time_text import instant_text
from service.workflow.traffic import DAY, RequestLog, TrafficHistory

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def change(tx: Transaction, history_id: str, words: Mapping[str, Any]) -> StoredHistory:
    """Retire a history or take it back, make it the current one or leave that to the newest.

    Raises Problem 404, 412 and 428, 409 where a history would be current and retired at once.
    """
    history = service.get(tx, history_id)
    etags.require_match(history)
    before = _standing(history)
    retired = words.get("retired", history.retired_at is not None)
    current = words.get("current", history.chosen_at is not None and not retired)
    if retired and current:
        raise Problem(CONFLICT, "A retired history cannot be the current one; take it back in the same request.")
    found = queries.standing(tx.session, tx.organization_id, history.id)
    if found is None:
        found = HistoryStanding(traffic_history_id=history.id, organization_id=tx.organization_id)
        tx.session.add(found)
    if current:
        for other in queries.chosen(tx.session, tx.organization_id, history.workload_id):
            other.chosen_at = other.chosen_at if other is found else None
    found.retired_at = (found.retired_at or tx.now) if retired else None
    found.chosen_at = (found.chosen_at or tx.now) if current else None
    tx.session.flush()
    tx.session.refresh(history)
    if _standing(history) != before:
        events.append(tx, "traffic_history.changed", history.id, before=before, after=_standing(history))
    return history


@contextmanager
def declared(actor: Actor, traffic_history_id: str, body: Mapping[str, Any], **_other: object) -> Iterator[Facts]:
    """Give the facts of a history as it is with another span, before the transaction opens. Raises Problem 404, 422."""
    with runtime().database.reading() as session:
        row_security.narrow(session, actor.organization_id)
        traffic = queries.load_history(session, actor.organization_id, traffic_history_id)
    if traffic is None:
        raise Problem(NOT_FOUND, "No traffic history has this id.")
    yield facts_of(spanning(traffic, body))


def spanning(traffic: TrafficHistory, words: Mapping[str, Any]) -> TrafficHistory:
    """Return a log with another observed span, or a series whose absent buckets mean something else.

    What is left out stays as it is. Raises Problem 422 for words that do not fit the history.
    """
    if not isinstance(traffic, RequestLog):
        if {"start", "end"} & words.keys():
            detail = "A series is observed where it has buckets; say what those that it lacks mean with `absent`."
            raise invalid(FieldError("/start" if "start" in words else "/end", "not_of_series", detail))
        return replace(traffic, absent=words.get("absent", traffic.absent))
    if "absent" in words:
        detail = "A log has no buckets that could be absent: declare its `start` and `end`."
        raise invalid(FieldError("/absent", "not_of_log", detail))
    start = _micros(words["start"]) if "start" in words else traffic.start_us
    end = _micros(words["end"]) if "end" in words else traffic.end_us
    first, last, days = int(traffic.arrival_us[0]), int(traffic.arrival_us[-1]), ReadLimits().span_days
    longest = days * DAY
    if start is not None and not first - longest <= start <= first:
        detail = f"Must be at or before the first request, at {instant_text(first)}, by {days} days at most."
        raise invalid(FieldError("/start", "outside_declared_span", detail))
    if end is not None and not last < end <= last + longest:
        detail = f"Must be after the last request, at {instant_text(last)}, by {days} days at most."
        raise invalid(FieldError("/end", "outside_declared_span", detail))
    return replace(traffic, start_us=start, end_us=end)


def declare(tx: Transaction, history_id: str, facts: Facts, words: Mapping[str, Any]) -> tuple[StoredHistory, bool]:
    """Store a history with another span beside the one that it is made of, and whether it was not there before.

    facts: as `declared` gave them. Histories never change, so what stands on the first one still does.
    """
    source = service.get(tx, history_id)
    same = queries.same_content(tx.session, tx.organization_id, source.workload_id, facts.digest)
    if same is not None:
        return same, False
    told = {name: words[name].isoformat() if isinstance(words[name], datetime) else words[name] for name in words}
    history = StoredHistory(
        id=ids.new("th"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        workload_id=source.workload_id,
        source=source.source | {"words": source.source["words"] | told},
        report=source.report,
        **asdict(facts) | {"columns": list(facts.columns)},
    )
    tx.session.add(history)
    tx.session.flush()
    queries.copy_chunks(tx.session, tx.organization_id, source.id, history.id)
    after = {"workload_id": history.workload_id, "digest": history.digest, "rows": history.rows, "made_of": source.id}
    events.append(tx, "traffic_history.created", history.id, after=after)
    return history, True


def _micros(at: datetime) -> int:
    elapsed = at - EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def _standing(history: StoredHistory) -> dict[str, Any]:
    return {"retired": history.retired_at is not None, "current": history.chosen_at is not None}
