"""The scorecard: how well what was promised came true, over all outcomes that count, and what is still to be said."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, render_template

from service.decisions import queries as decisions
from service.kit.db.transaction import Transaction
from service.outcomes import queries
from service.outcomes.document import CAUSE_WORDS
from service.outcomes.due import due
from service.outcomes.models import Outcome
from service.outcomes.schemas import ScorecardQuery
from service.outcomes.scorecard import Card, Figures, scorecard
from service.pages import door
from service.pages.decisions import outcome_words
from service.reports import words
from service.reports.facts import Fact
from service.workloads import queries as workloads

MOST_DUE = 24
MOST_OUTCOMES = 100

GROUPS = (
    ("by_workload", "By workload", "Workload"),
    ("by_mode", "By way of serving", "Way"),
    ("by_engine_version", "By version of the arithmetic", "Version"),
)

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    door.page(blueprint, "/decisions/scorecard", "decisions:read", show_scorecard)


def show_scorecard(tx: Transaction) -> str:
    """Show how well promises came true, by currency, and the months that nobody has said anything about."""
    outcomes = queries.since(tx, ScorecardQuery().load({}), None)
    cards = scorecard(outcomes)
    waiting = due(tx)
    decided = decisions.bought(tx, [one["commitment_id"] for one in waiting])
    names = _names(tx, outcomes, waiting)
    return render_template(
        "scorecard.html",
        heading=_heading(cards, outcomes),
        cards=[_card(card, names) for card in cards],
        outcomes=[_row(one, names) for one in reversed(outcomes[-MOST_OUTCOMES:])],
        older=max(0, len(outcomes) - MOST_OUTCOMES),
        due=[_due(one, names, decided.get(one["commitment_id"])) for one in waiting[:MOST_DUE]],
        more_due=max(0, len(waiting) - MOST_DUE),
    )


def _names(tx: Transaction, outcomes: Sequence[Outcome], waiting: Sequence[Json]) -> dict[str, str]:
    ids = {one.workload_id for one in outcomes} | {one["workload_id"] for one in waiting}
    return {one.id: one.name for one in tx.session.scalars(workloads.workloads(tx)) if one.id in ids}


def _heading(cards: Sequence[Card], outcomes: Sequence[Outcome]) -> str:
    if not cards:
        return "Nothing to hold against what was said yet"
    if len(cards) > 1:
        return f"{words.upper_first(words.number_word(len(outcomes)))} outcomes in {len(cards)} currencies"
    bias = cards[0].figures.bias
    count = f"over {words.plural(len(outcomes), 'outcome')}"
    if bias is None:
        return f"Nothing was expected to cost anything, {count}"
    if not bias:
        return f"Bills came out as said, {count}"
    way = "more" if bias > 0 else "less"
    return f"Bills came out {words.share(abs(float(bias)))} {way} than said, {count}"


def _card(card: Card, names: dict[str, str]) -> Json:
    causes = [
        (words.upper_first(CAUSE_WORDS.get(cause, cause)), words.difference(amount, cents=True))
        for cause, amount in card.figures.by_cause.items()
        if amount
    ]
    groups = [
        (title, column, [_group(value, one, names) for value, one in card.groups[name].items()])
        for name, title, column in GROUPS
        if name == "by_workload" or len(card.groups[name]) > 1
    ]
    return {
        "currency": card.currency,
        "facts": list(_facts(card.figures, card.currency)),
        "causes": causes,
        "groups": groups,
    }


def _facts(found: Figures, currency: str) -> Iterator[Fact]:
    yield Fact("Billed", words.money(found.billed), _against(found), currency)
    error = "not known" if found.wape is None else words.share(float(found.wape))
    yield Fact("Missed by", error, "of what was billed, over and under alike")
    rate = found.interval_hit_rate
    told = "no interval was stated" if rate is None else f"of {words.plural(found.intervals, 'stated interval')}"
    yield Fact("Inside the interval", "none" if rate is None else words.share(float(rate)), told)
    regret = found.monthly_regret
    if regret is None:
        yield Fact("Regret", "not known", "no outcome names the traffic that came")
    else:
        note = f"a month, by {words.plural(found.regrets, 'outcome')} with traffic"
        yield Fact("Regret", words.money(regret), note, currency)
    yield Fact("Paid and not used", words.money(found.unused), "of what was reserved", currency)


def _against(found: Figures) -> str:
    variance = found.variance
    said = f"{words.money(found.predicted)} was said"
    return f"{said}, {words.difference(variance, cents=abs(variance) < words.WHOLE_FROM)}" if variance else said


def _group(value: str, found: Figures, names: dict[str, str]) -> Json:
    bias = None if found.bias is None else float(found.bias)
    share = "" if bias is None else words.signed(words.share(abs(bias)), bias, plus=True)
    return {
        "name": names.get(value, value),
        "outcomes": found.outcomes,
        "predicted": f"{found.predicted:,}",
        "billed": f"{found.billed:,}",
        "bias": share,
    }


def _due(one: Json, names: dict[str, str], decision_id: str | None) -> Json:
    return one | {"workload": names.get(one["workload_id"], one["workload_id"]), "decision_id": decision_id}


def _row(one: Outcome, names: dict[str, str]) -> Json:
    return {
        "id": one.id,
        "workload": names.get(one.workload_id, one.workload_id),
        "days": outcome_words.days(one),
        "heading": outcome_words.heading(one),
    }
