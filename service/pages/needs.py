"""What needs its reader now: votes, answers to renew, months to tell of, commitments that end; each with its button."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service.access import members
from service.commitments import service as commitments
from service.commitments.models import Commitment
from service.decisions import queries as decisions
from service.decisions.document import shown_all
from service.decisions.models import Decision
from service.evaluations.reviews.staleness import told
from service.kit.db.transaction import Transaction
from service.outcomes.due import due
from service.pages.decisions import words as deciding
from service.pages.decisions.rights import asked_for, givers_of, is_asked
from service.pages.workloads import answer
from service.portfolios.standing import Standing
from service.renewals.ahead import ahead, what_to_do
from service.reports import words

MOST_VOTES = 50
MOST_RENEWALS = 20

SOON_DAYS = 60
"""A commitment to be acted on within so many days is told of."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something to do about a workload. link: a page; form: an address to send to; `label` names the button."""

    name: str
    text: str
    money: Decimal
    label: str
    link: str = ""
    form: str = ""


def every_need(tx: Transaction, rows: Sequence[Standing]) -> list[Need]:
    """Return what needs the reader, most money first."""
    found = [need for row in rows for need in _of_workload(row)]
    found += _votes(tx)
    if "decisions:purchase" in tx.actor.scopes:
        found += _outcomes(tx, {row.workload.id: row for row in rows})
        found += _renewals(tx)
    return sorted(found, key=lambda need: (-need.money, need.name))


def _votes(tx: Transaction) -> Iterator[Need]:
    """Yield the decisions that ask for the reader's vote, or for that of somebody who lets the reader vote for them."""
    member = members.known(tx)
    givers, votes = givers_of(tx, member), "decisions:approve" in tx.actor.scopes
    if member is None or not (votes or givers):
        return
    statement = decisions.decisions(tx, {"state": "proposed"}).order_by(Decision.created_at.desc()).limit(MOST_VOTES)
    for one in shown_all(tx, tx.session.scalars(statement).all()):
        own, others = votes and is_asked(one, member), asked_for(tx, one, member, givers)
        if own or others:
            until = words.day(date.fromisoformat(one.row.valid_until))
            vote = "your vote" if own else ""
            if others:
                vote = f"{vote} and that" if own else "the vote"
                vote += f" of {words.listed(others)}, which you may cast,"
            said = f"{one.proposer['name']} asks for {vote} until {until}: {deciding.total(one.row)} to pay."
            yield Need(one.row.title, said, one.row.total_commitment, "Look", f"/decisions/{one.row.id}")


def _outcomes(tx: Transaction, rows: dict[str, Standing]) -> Iterator[Need]:
    """Yield the oldest month to tell of, of each decision whose purchase ran."""
    waiting = due(tx)
    bought = decisions.bought(tx, [one["commitment_id"] for one in waiting])
    asked: set[str] = set()
    for one in waiting:
        decision, row = bought.get(one["commitment_id"]), rows.get(one["workload_id"])
        if decision is None or row is None or decision in asked:
            continue
        asked.add(decision)
        text = f"{one['starts_on']} to {one['ends_on']} is over: tell what its bill says."
        link = f"/decisions/{decision}/outcome"
        yield Need(row.workload.name, text, row.total or Decimal(0), "Upload the bill", link)


def _renewals(tx: Transaction) -> Iterator[Need]:
    """Yield the commitments that end soon."""
    today = tx.now.date()
    for one in tx.session.scalars(ahead(tx, SOON_DAYS).order_by(Commitment.act_by).limit(MOST_RENEWALS)):
        if not one.is_settled:
            monthly = commitments.standing(one, today).monthly
            name = f"{one.units} {words.TIMES} {one.sku} of {one.provider}"
            yield Need(name, what_to_do(one, today), monthly, "Compare", f"/decisions/renewals/{one.id}")


def _of_workload(row: Standing) -> Iterator[Need]:
    """Yield the one thing that a workload needs most, if any."""
    workload, total = row.workload, row.total or Decimal(0)
    here, again = f"/workloads/{workload.id}", f"/workloads/{workload.id}/evaluate"
    if row.under_way is not None and row.under_way.state == "failed":
        error = (row.under_way.job and row.under_way.job.error) or "no reason was kept"
        yield Need(workload.name, f"The last evaluation failed: {error}", total, "Evaluate again", form=again)
    elif row.under_way is not None:
        yield Need(workload.name, "Being evaluated.", total, "Look", f"/evaluations/{row.under_way.evaluation.id}")
    elif row.latest is None:
        what = "Not evaluated yet." if row.has_traffic else "No traffic yet: nothing can be measured."
        step = "prices" if row.has_traffic else "traffic"
        yield Need(workload.name, what, total, "Go on", f"/start/{workload.id}/{step}")
    elif row.stale:
        why = " ".join(told(row.reasons)) or "What it stands on has changed."
        yield Need(workload.name, why, total, "Evaluate again", form=again)
    elif row.latest.mode == "insufficient_data":
        yield Need(workload.name, "Too little traffic for an answer.", total, "Add traffic", f"{here}/traffic")
    elif row.due:
        yield Need(workload.name, f"To be looked at again since {_day(row)}.", total, "Evaluate again", form=again)
    elif row.saving is not None and row.saving > 0 and row.latest.currency:
        saved = f"{words.money(row.saving)} {row.latest.currency} a month less than what runs today."
        yield Need(workload.name, saved, row.saving, "Read", f"/evaluations/{row.latest.evaluation_id}")


def _day(row: Standing) -> str:
    assert row.latest is not None
    return str(answer(row.latest)["review_by"])
