"""The purchase request: one document, from which every form of it is made, so that all say the same."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from service.kit import canonical_json
from service.purchase_requests.items import items, own_costs, providers
from service.reports.drawings.changes import Change, changes
from service.reports.offer_names import Names
from service.reports.reading import Answer, ReportOption
from service.reports.words import CENT, rounded, term
from service.workflow.compare.flip_points import FlipPoint
from service.workflow.document.encoding import encoded
from service.workflow.document.options import AnsweredOption
from service.workflow.document.values import number

Json = dict[str, Any]

KIND = "crossover.purchase-request.v1"
DRAFT, APPROVED = "draft", "approved"

MOST_ALTERNATIVES = 6

UNAPPROVED = "Draft: nobody has approved this purchase."


@dataclass(frozen=True, slots=True)
class Vote:
    """One approval. at: RFC 3339 UTC."""

    name: str
    role: str
    at: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What people decided.

    starts_on, purchase_by: `YYYY-MM-DD`, empty where nothing was said; so are the texts. approved_at: RFC 3339
    UTC.
    """

    decision_id: str
    title: str
    approved_at: str
    proposer: str
    owner: str
    votes: tuple[Vote, ...]
    why: str = ""
    cost_centre: str = ""
    project: str = ""
    starts_on: str = ""
    purchase_by: str = ""


@dataclass(frozen=True)
class Subject:
    """What is requested: an option of an evaluation, the price sheets it stands on, and whose workload it serves."""

    evaluation: Json
    option: AnsweredOption
    sheets: Sequence[Json]
    organization: str
    workload: str
    approval: Approval | None = None


def purchase_request(subject: Subject) -> Json:
    """Return the document. Money is decimal text to the cent, prices as their sheet has them.

    Raises ValueError where the option has no figures.
    """
    answer, option = Answer(subject.evaluation), ReportOption(encoded(subject.option))
    if option.ruled_out:
        raise ValueError(f"{option.key} was ruled out before its figures were computed")
    names = Names(subject.sheets, answer.inputs)
    bought = items(option, names)
    body: Json = {
        "kind": KIND,
        "number": _number(subject),
        "status": DRAFT if subject.approval is None else APPROVED,
        "status_text": UNAPPROVED if subject.approval is None else _approved(subject.approval),
        "issued_on": _issued(subject),
        "title": subject.approval.title if subject.approval else f"{_named(option, names)}, for {subject.workload}",
        "buyer": subject.organization,
        "sellers": providers(bought),
        "workload": {
            "id": subject.evaluation["workload_id"],
            "name": subject.workload,
            "model": answer.inputs["model"],
        },
        "option": {
            "key": option.key,
            "name": _named(option, names),
            "recommended": option.key == answer.recommendation.option,
        },
        "recommended_instead": _instead(answer, option, names),
        "currency": answer.currency,
        "items": bought,
        "own_costs": own_costs(option),
        **_money(option, bought),
        "expected": _expected(answer, option),
        "alternatives": _alternatives(answer, option, names),
        "negotiate": [
            _flip(flip, change) for flip, change in zip(answer.would_change, changes(answer, names), strict=False)
        ],
        "approval": None if subject.approval is None else asdict(subject.approval),
        "check": {
            "evaluation_id": subject.evaluation["id"],
            "evaluation_digest": answer.digest,
            "engine_version": answer.engine,
            "review_by": answer.recommendation.review_by.isoformat(),
            "how": "crossover evaluate on the same traffic, price sheets and policy gives the same digest.",
        },
    }
    return body | {"digest": canonical_json.digest(canonical_json.dumps(body))}


def _number(subject: Subject) -> str:
    return subject.approval.decision_id if subject.approval else f"{subject.evaluation['id']}"


def _issued(subject: Subject) -> str:
    """Return the day it is of: of the approval, else of the evaluation."""
    return str(subject.approval.approved_at if subject.approval else subject.evaluation["created_at"])[:10]


def _approved(approval: Approval) -> str:
    who = ", ".join(f"{vote.name} ({vote.role})" for vote in approval.votes)
    return f"Approved on {approval.approved_at[:10]} by {who}." if who else f"Approved on {approval.approved_at[:10]}."


def _named(option: ReportOption, names: Names) -> str:
    within = "" if option.term_months is None else f", {term(option.term_months)}"
    return names.full(option) + within


def _instead(answer: Answer, option: ReportOption, names: Names) -> Json | None:
    """Return what the evaluation recommends where another option is requested; None where it is this one."""
    if option.key == answer.recommendation.option:
        return None
    chosen = answer.chosen
    if chosen is None:
        told = f"The evaluation recommends nothing ({answer.mode.replace('_', ' ')}): this purchase stands without it."
        return {"key": None, "name": None, "monthly": None, "text": told}
    name, monthly = _named(chosen, names), rounded(chosen.total, CENT)
    told = f"The evaluation recommends another option: {name}, {monthly:,.2f} {answer.currency} a month."
    return {"key": chosen.key, "name": name, "monthly": _cents(monthly), "text": told}


def _money(option: ReportOption, bought: Sequence[Json]) -> Json:
    """Return the sums: what the items cost a month, and everything that is payable whatever comes.

    total_commitment = upfront + months locked × the monthly price of the reserved units.
    """
    found = option.commitment
    upfront, monthly = (Decimal(0),) * 2 if found is None else (found.upfront.amount, found.monthly.amount)
    months = 0 if found is None else found.months_locked
    return {
        "monthly_total": f"{sum((Decimal(item['monthly']) for item in bought), Decimal(0)):.2f}",
        "terms": {
            "term_months": option.term_months,
            "months_locked": months,
            "upfront": _cents(upfront),
            "committed_monthly": _cents(monthly if months else Decimal(0)),
            "pays_back_month": None if found is None else found.pays_back_month,
        },
        "total_commitment": _cents(upfront + months * monthly),
    }


def _expected(answer: Answer, option: ReportOption) -> Json:
    interval = option.interval
    today = answer.by_key.get(str(answer.policy.get("incumbent") or ""))
    found = option.ends
    regret = None if found is None else found.expected_regret
    return {
        "monthly_low": None if interval is None else _cents(interval[0]),
        "monthly_high": None if interval is None else _cents(interval[1]),
        "probability_cheapest": None if found is None else number(found.probability_cheapest),
        "expected_regret": None if regret is None else _cents(regret.amount),
        "utilization": number(option.share("utilization")),
        "confidence": answer.recommendation.confidence,
        "provisional": answer.provisional,
        "monthly_today": None if today is None or today.ruled_out else _cents(today.total),
        "monthly_saving": None if today is None or today.ruled_out else _cents(today.total - option.total),
    }


def _alternatives(answer: Answer, option: ReportOption, names: Names) -> list[Json]:
    others = [one for one in answer.options if one.key != option.key and not one.ruled_out]
    return [
        {
            "key": one.key,
            "name": _named(one, names),
            "monthly": _cents(one.total),
            "more": _cents(one.total - option.total),
            "reason": " ".join(one.violations) or _compared(one.total - option.total),
        }
        for one in others[:MOST_ALTERNATIVES]
    ]


def _compared(difference: Decimal) -> str:
    if difference > 0:
        return "Costs more."
    return "Costs less." if difference < 0 else "Costs the same."


def _flip(flip: FlipPoint, change: Change) -> Json:
    return {
        "name": flip.name,
        "unit": flip.unit,
        "current": f"{flip.current:f}",
        "value": f"{flip.value:f}",
        "direction": flip.direction,
        "to": flip.to,
        "what": change.what,
        "text": f"{change.limit}, {change.now}: {change.then}.",
    }


def _cents(amount: Decimal) -> str:
    return f"{rounded(amount, CENT):.2f}"
