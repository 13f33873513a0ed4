"""Two answers side by side: why the total moved, in money that adds up."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from service.evaluations import queries, reporting, service
from service.evaluations.comparisons import comparing
from service.evaluations.models import EvaluationResult
from service.kit.db.transaction import Transaction
from service.kit.http.problems import Problem
from service.pages import door
from service.pages.evaluations import AGAIN, trail_of
from service.pages.workloads import EVERY, answer
from service.reports import words
from service.reports.answer import sentence
from service.reports.drawings.moved import caused, moved
from service.reports.offer_names import Names
from service.reports.reading import Answer
from service.workflow.document.stored import read_money

RULE = "/evaluations/<id(ev):evaluation_id>/compare"

MOST_OPTIONS = 12
MOST_CHOICES = 100

KINDS = (
    ("appeared", "Ways that came"),
    ("vanished", "Ways that went"),
    ("became_eligible", "Allowed now"),
    ("became_ineligible", "Not allowed any more"),
)

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the page, and the form that has a difference computed."""
    door.page(blueprint, RULE, "evaluations:read", show_comparison)
    door.form(blueprint, RULE, "evaluations:read", start_comparison)


def start_comparison(tx: Transaction, form: Json, evaluation_id: str) -> str:
    """Have the difference to another evaluation, else the version before, computed; lead to where it is shown."""
    after = reporting.completed(tx, evaluation_id)
    here = f"/evaluations/{evaluation_id}/compare"
    other = form.get("with") or _earlier(tx, after)
    if other is None:
        return here
    before = reporting.completed(tx, other)
    if Answer(before).currency == Answer(after).currency:
        comparing.ask(tx, other, evaluation_id)
    return f"{here}?with={other}"


def show_comparison(tx: Transaction, evaluation_id: str) -> Response:
    """Show two answers and why the total moved between them; until that is computed, how far it is."""
    evaluation = service.get(tx, evaluation_id)
    after = reporting.completed(tx, evaluation_id)
    before, refused = _other(tx, after)
    found, job = None, None
    if before is not None:
        found = comparing.found(tx, before["id"], evaluation_id)
        job = comparing.under_way(tx, before["id"], evaluation_id) if found is None else None
    names = Names(_every_sheet(tx, before, after), after["inputs"])
    working = job is not None and not job.is_over
    shown = render_template(
        "compare.html",
        trail=trail_of(tx, service.summary(tx, evaluation)),
        heading=_heading(found, before, refused, working=working),
        refused=refused,
        job=job,
        working=working,
        sides=[_side(tx, body) for body in (before, after) if body is not None],
        bars=[] if found is None or before is None else moved(found, names, _version(before), _version(after)),
        causes=None if found is None else found["causes"],
        options=[] if found is None else list(_options(found, names)),
        choices=_choices(tx, evaluation.workload_id, evaluation_id),
        chosen=None if before is None else before["id"],
        currency=Answer(after).currency,
        evaluation_id=evaluation_id,
    )
    return make_response(shown, AGAIN if working else {})


def _other(tx: Transaction, after: Json) -> tuple[Json | None, str]:
    """Return the evaluation to hold against, the one named or the version before, and why it cannot be compared."""
    other = request.args.get("with") or _earlier(tx, after)
    if other is None:
        return None, ""
    try:
        before: Json = reporting.completed(tx, other)
    except Problem as problem:
        return None, problem.detail
    currencies = [Answer(body).currency for body in (before, after)]
    if currencies[0] != currencies[1]:
        told = f"It is in {currencies[0]}, this one in {currencies[1]}; evaluate both in one currency."
        return before, told
    return before, ""


def _choices(tx: Transaction, workload_id: str, evaluation_id: str) -> list[Json]:
    results = tx.session.scalars(
        queries.results(tx)
        .where(EvaluationResult.workload_id == workload_id)
        .order_by(EvaluationResult.version.desc())
        .limit(MOST_CHOICES)
    )
    return [answer(result) for result in results if result.evaluation_id != evaluation_id]


def _earlier(tx: Transaction, after: Json) -> str | None:
    """Return the version before, None for a first one."""
    statement = queries.evaluations(tx, {**EVERY, "workload_id": after["workload_id"]})
    ids = [one.id for one in tx.session.scalars(statement)]
    results = [one for one in queries.results_of(tx, ids).values() if one.version < after["version"]]
    return max(results, key=lambda one: one.version).evaluation_id if results else None


def _heading(found: Json | None, before: Json | None, refused: str, *, working: bool) -> str:
    if refused:
        return "These two cannot be compared"
    if before is None:
        return "Which two answers?"
    if found is None:
        return "Being compared" if working else f"This answer and version {before['version']}"
    return _moved(found, f"against version {before['version']}")


def _moved(found: Json, since: str) -> str:
    """Return by how much the total moved, and why."""
    if not any(found["causes"].values()):
        return "Nothing differs"
    change = found["recommended"]["change"]
    if change is None:
        return f"There is no total to set {since}: one of the two recommends nothing"
    moved = read_money(change)
    amount = moved.amount
    if not amount:
        return f"The total is the same {since}: {caused(found)}"
    moved_by = f"{words.money(abs(amount))} {moved.currency}"
    return f"The total {'rose' if amount > 0 else 'fell'} by {moved_by} {since}: {caused(found)}"


def _side(tx: Transaction, body: Json) -> Json:
    read = Answer(body)
    head = sentence(read, Names(reporting.sheets_of(tx, body), read.inputs))
    made = words.day(datetime.fromisoformat(body["created_at"]))
    return {"head": head, "id": body["id"], "name": _version(body), "day": made}


def _version(body: Json) -> str:
    return f"Version {body['version']}"


def _every_sheet(tx: Transaction, before: Json | None, after: Json) -> list[Json]:
    """Return the sheets of both ends, of one that both have a version of the later one's, so that names stay short."""
    every = [sheet for body in (before, after) if body is not None for sheet in reporting.sheets_of(tx, body)]
    return list({(sheet["provider"], sheet["name"]): sheet for sheet in every}.values())


def _options(found: Json, names: Names) -> Iterator[tuple[str, list[str], int]]:
    """Yield what came, went, became allowed or not: heading, the first options, and how many more."""
    for kind, heading in KINDS:
        options = found["options"][kind]
        if options:
            shown = [words.upper_first(names.key(one["key"])) for one in options[:MOST_OPTIONS]]
            yield heading, shown, max(0, len(options) - MOST_OPTIONS)
