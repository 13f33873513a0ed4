"""The first page: what everything costs a month, what could be saved, and what needs somebody now."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from flask import Blueprint, render_template

from service.evaluations import charting
from service.evaluations import service as evaluations
from service.evaluations.inputs import NEWEST, plan
from service.evaluations.queries import evaluation, latest_of
from service.evaluations.schemas import PolicyChoiceSchema
from service.kit.db.transaction import Actor, Transaction
from service.pages import door
from service.pages.needs import every_need
from service.pages.workloads import answer
from service.portfolios import service
from service.portfolios.standing import Standing, Sums, standings, sums
from service.reports import words
from service.reports.facts import Fact
from service.reports.timelines import sparkline
from service.workloads import service as workloads

MOST_NEEDS = 12
MOST_ROWS = 50

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the first page and what its buttons do."""
    door.page(blueprint, "/", "evaluations:read", show_portfolio)
    door.form(blueprint, "/workloads/<id(wl):workload_id>/evaluate", "evaluations:write", evaluate_again)
    door.form(blueprint, "/evaluate-all", "evaluations:write", evaluate_all, prepare=_every_plan)


def show_portfolio(tx: Transaction) -> str:
    """Show what all workloads cost, what could be saved, what needs somebody, and each workload's answer."""
    rows = standings(tx)
    needs = every_need(tx, rows)
    shown = rows[:MOST_ROWS]
    drawn = charting.found_all(tx, [row.latest.digest for row in shown if row.latest is not None])
    return render_template(
        "portfolio.html",
        head=_head(rows, len(needs)),
        sums=[(one.currency, list(_facts(one, rows))) for one in sums(rows)],
        needs=needs[:MOST_NEEDS],
        more_needs=max(0, len(needs) - MOST_NEEDS),
        rows=[_row(row, drawn) for row in shown],
        more_rows=max(0, len(rows) - MOST_ROWS),
        stale=sum(row.stale or row.due for row in rows),
        may_evaluate="evaluations:write" in tx.actor.scopes,
        may_start="traffic_histories:write" in tx.actor.scopes,
    )


def evaluate_again(tx: Transaction, form: Json, workload_id: str) -> str:  # noqa: ARG001 - it has no fields
    """Ask for an evaluation on what is newest and in force, under the policy of the last one."""
    workloads.get(tx, workload_id)
    last = latest_of(tx, workload_id)
    asked = None if last is None else evaluation(tx, last.evaluation_id)
    choice: Json = PolicyChoiceSchema().load({}) if asked is None else asked.policy_choice
    standing = evaluations.ask(tx, plan(tx, workload_id, choice | NEWEST))
    return f"/evaluations/{standing.evaluation.id}"


def _every_plan(actor: Actor, _form: Json) -> AbstractContextManager[list[service.Asked]]:
    return service.planned(actor, {"workload_ids": None, "price_sheet_id": None})


def evaluate_all(tx: Transaction, form: Json, prepared: Sequence[service.Asked]) -> str:  # noqa: ARG001
    """Ask for an evaluation of every workload, each under the policy of its last one."""
    service.start(tx, None, prepared)
    return "/"


def _head(rows: Sequence[Standing], needs: int) -> tuple[str, str]:
    """Return the heading and the line beneath: what it costs, what could be saved, how much there is to do."""
    every = sums(rows)
    if not every:
        return "No answer yet", f"{words.plural(len(rows), 'workload')} stored, none with an answer so far."
    costs = words.listed([f"{words.money(one.recommended)} {one.currency}" for one in every])
    count = sum(one.recommended_count for one in every)
    heading = f"{costs} a month for {words.plural(count, 'workload')}"
    saved = words.listed([f"{words.money(one.saving)} {one.currency}" for one in every if one.saving > 0])
    said = f"{saved} a month could be saved against what runs today. " if saved else ""
    todo = f"{words.upper_first(words.number_word(needs))} {'thing needs' if needs == 1 else 'things need'} you."
    return heading, said + (todo if needs else "Nothing needs you now.")


def _facts(one: Sums, rows: Sequence[Standing]) -> Iterator[Fact]:
    """Yield the facts in one currency."""
    same = [row for row in rows if row.latest is not None and row.latest.currency == one.currency]
    modes = words.listed([f"{count} {mode}" for mode, count in sorted(one.modes.items())])
    yield Fact("Recommended", words.money(one.recommended), f"a month: {modes}", one.currency)
    if one.today_count:
        unsaid = one.recommended_count - one.today_count
        told = f"a month, of {words.plural(one.today_count, 'workload')}"
        note = f"{told}; of {unsaid} more it is not said what is in use" if unsaid else told
        yield Fact("Spent today", words.money(one.today), note, one.currency)
        yield Fact(
            "Could be saved",
            words.money(one.saving),
            f"a month, {words.share(float(one.saving / one.today))} of today's" if one.today else "a month",
            one.currency,
            "good" if one.saving else "",
        )
    else:
        yield Fact(
            "Spent today", "not known", "no workload says what is in use: name its incumbent, the key of that option"
        )
    due, stale = sum(row.due for row in same), sum(row.stale for row in same)
    yield Fact(
        "To look at again", f"{due + sum(row.stale and not row.due for row in same)}", f"{due} due, {stale} stale"
    )


def _row(row: Standing, drawn: Mapping[str, Json]) -> Json:
    shown = None if row.latest is None else answer(row.latest)
    state = "stale" if row.stale else "due" if row.due else ""
    if row.under_way is not None:
        state = row.under_way.state
    saved = ""
    if row.saving is not None and row.today:
        saved = words.signed(words.share(abs(float(row.saving / row.today))), -row.saving, plus=True)
        saved = "as today" if not row.saving else saved
    traffic = None if row.latest is None else sparkline(drawn.get(row.latest.digest))
    return {"workload": row.workload, "answer": shown, "state": state, "saved": saved, "traffic": traffic}
