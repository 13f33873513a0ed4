"""Two answers side by side: why the total moved, in money that adds up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import Any

from cachetools import LRUCache
from flask import Blueprint, render_template, request

from service.evaluations import queries, reporting, service
from service.evaluations.comparisons.diffing import difference
from service.evaluations.comparisons.path import Side
from service.evaluations.comparisons.sides import side_of
from service.evaluations.looking import looking
from service.evaluations.models import EvaluationResult
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import Problem
from service.pages import door
from service.pages.evaluations import trail_of
from service.pages.workloads import EVERY, answer
from service.reports import words
from service.reports.answer import sentence
from service.reports.drawings.moved import caused, moved
from service.reports.offer_names import Names
from service.reports.reading import Answer

MOST_OPTIONS = 12
MOST_CHOICES = 100

KINDS = (
    ("appeared", "Ways that came"),
    ("vanished", "Ways that went"),
    ("became_eligible", "Allowed now"),
    ("became_ineligible", "Not allowed any more"),
)

KEPT = 64
"""Differences a process keeps: some take seconds to compute."""

Json = dict[str, Any]

_kept: LRUCache[tuple[str, ...], Json] = LRUCache(KEPT)
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Compared:
    """Both ends and their difference; problem: why there is none."""

    before: Side | None = None
    after: Side | None = None
    difference: Json | None = None
    problem: Problem | None = None


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    rule = "/evaluations/<id(ev):evaluation_id>/compare"
    door.page(blueprint, rule, "evaluations:read", show_comparison, prepare=_compared)


@contextmanager
def _compared(actor: Actor, evaluation_id: str) -> Iterator[Compared]:
    """Compute the difference to the evaluation that the address names, else to the version before."""
    with looking(actor) as tx:
        after = side_of(tx, evaluation_id)
        other = request.args.get("with") or _earlier(tx, after)
        if other is None:
            yield Compared(after=after)
            return
        try:
            before = side_of(tx, other)
        except Problem as problem:
            yield Compared(after=after, problem=problem)
            return
    try:
        found = _difference(actor, before, after)
    except Problem as problem:
        yield Compared(before, after, problem=problem)
        return
    yield Compared(before, after, found)


def _difference(actor: Actor, before: Side, after: Side) -> Json:
    """Return the difference of two sides, as it was computed lately where it was: neither side ever changes."""
    key = (actor.organization_id, before.body["id"], before.body["digest"], after.body["id"], after.body["digest"])
    with _lock:
        kept: Json | None = _kept.get(key)
    if kept is None:
        kept = difference(actor, before, after)
        with _lock:
            _kept[key] = kept
    return kept


def show_comparison(tx: Transaction, evaluation_id: str, prepared: Compared) -> str:
    """Show why the total moved between two evaluations."""
    evaluation = service.get(tx, evaluation_id)
    choices = tx.session.scalars(
        queries.results(tx)
        .where(EvaluationResult.workload_id == evaluation.workload_id)
        .order_by(EvaluationResult.version.desc())
        .limit(MOST_CHOICES)
    )
    before, after, found = prepared.before, prepared.after, prepared.difference
    assert after is not None
    names = Names(_every_sheet(tx, before, after), after.body["inputs"]["model"])
    return render_template(
        "compare.html",
        trail=trail_of(tx, service.summary(tx, evaluation)),
        heading="Which two answers?" if before is None else _heading(found, before),
        problem=prepared.problem,
        sides=[_side(tx, side) for side in (before, after) if side is not None],
        bars=[] if found is None or before is None else moved(found, names, _version(before), _version(after)),
        causes=None if found is None else found["causes"],
        options=[] if found is None else list(_options(found, names)),
        choices=[answer(result) for result in choices if result.evaluation_id != evaluation_id],
        chosen=None if before is None else before.body["id"],
        currency=Answer(after.body).currency,
        evaluation_id=evaluation_id,
    )


def _earlier(tx: Transaction, after: Side) -> str | None:
    """Return the version before, None for a first one."""
    statement = queries.evaluations(tx, {**EVERY, "workload_id": after.body["workload_id"]})
    ids = [one.id for one in tx.session.scalars(statement)]
    results = [one for one in queries.results_of(tx, ids).values() if one.version < after.body["version"]]
    return max(results, key=lambda one: one.version).evaluation_id if results else None


def _heading(found: Json | None, before: Side) -> str:
    if found is None:
        return "These two cannot be compared"
    causes = found["causes"]
    if not any(causes.values()):
        return "Nothing differs"
    change = found["recommended"]["change"]
    since = f"against version {before.body['version']}"
    if change is None:
        return f"There is no total to set {since}: one of the two recommends nothing"
    amount = Decimal(change["amount"])
    if not amount:
        return f"The total is the same {since}: {caused(found)}"
    moved_by = f"{words.money(abs(amount))} {change['currency']}"
    return f"The total {'rose' if amount > 0 else 'fell'} by {moved_by} {since}: {caused(found)}"


def _side(tx: Transaction, side: Side) -> Json:
    read = Answer(side.body)
    head = sentence(read, Names(_sheets(tx, side), read.inputs["model"]))
    made = words.day(datetime.fromisoformat(side.body["created_at"]))
    return {"head": head, "id": side.body["id"], "name": _version(side), "day": made}


def _version(side: Side) -> str:
    return f"Version {side.body['version']}"


def _sheets(tx: Transaction, side: Side | None) -> list[Json]:
    return [] if side is None else list(reporting.sheets_of(tx, side.body))


def _every_sheet(tx: Transaction, before: Side | None, after: Side) -> list[Json]:
    """Return the sheets of both ends, of one that both have a version of the later one's, so that names stay short."""
    every = [*_sheets(tx, before), *_sheets(tx, after)]
    return list({(sheet["provider"], sheet["name"]): sheet for sheet in every}.values())


def _options(found: Json, names: Names) -> Iterator[tuple[str, list[str], int]]:
    """Yield what came, went, became allowed or not: heading, the first options, and how many more."""
    for kind, heading in KINDS:
        options = found["options"][kind]
        if options:
            shown = [words.upper_first(names.key(one["key"])) for one in options[:MOST_OPTIONS]]
            yield heading, shown, max(0, len(options) - MOST_OPTIONS)
