"""What is decided, frozen: option, purchase terms, money, days and reasons out of an evaluation, under one digest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service.decisions.evidence import Evidence, evidence_of
from service.decisions.terms import Terms, terms_of
from service.evaluations.ordering import ordered
from service.kit.clock import months_after
from service.kit.db.transaction import Transaction
from service.kit.db.types import plain_decimal
from service.kit.http.problems import FieldError, invalid
from service.price_sheets import queries as price_sheets
from service.workflow.document.encoding import ShownMoney, encode, known
from service.workflow.document.options import AnsweredOption, CostInterval
from service.workflow.document.values import decimal_text, number

Json = Mapping[str, Any]

BUYING = ("buy", "renew", "resize")
"""Kinds that commit money, where the option reserves units."""

KINDS = (*BUYING, "end", "stay", "measure")

WITHOUT_OPTION = ("end", "measure")

ALTERNATIVES = 5
"""Alternatives refused that a decision keeps, the cheapest first."""

DAYS = ("decide_by", "valid_until", "purchase_by", "starts_on", "ends_on", "notice_by")


@dataclass(frozen=True)
class Draft:
    """What a decision says, and the columns that lists and the clock need of it."""

    content: dict[str, Any]
    columns: dict[str, Any]


def draft(tx: Transaction, said: Json) -> Draft:
    """Return the decision that `said`, the loaded NewDecisionSchema, makes of its evaluation.

    Raises Problem 422 for each field that does not hold, 409 for an evaluation without an answer to decide on.
    """
    evidence = evidence_of(tx, said["evaluation_id"])
    option = _chosen(evidence, said)
    kind = said["kind"] or _kind(evidence, option)
    terms = None if option is None else terms_of(ordered(option, evidence.policy))
    buys = kind in BUYING and terms is not None and terms.units > 0
    days = _days(evidence, said, tx.now.date(), terms, buys=buys)
    total = terms.total_commitment if buys and terms is not None else Decimal(0)
    content = {
        "workload": {"id": evidence.workload.id, "name": evidence.workload.name},
        "evaluation": {"id": evidence.id, "digest": evidence.body["digest"], "version": evidence.body["version"]},
        "price_sheets": evidence.body["inputs"]["price_sheets"],
        "kind": kind,
        "title": said["title"] or _title(kind, evidence, option),
        "option": None if option is None else option.key,
        "mode": None if option is None else option.mode,
        "offers": None if option is None else _offers(evidence, option),
        "money": None if option is None else _money(evidence, option, terms, total),
        "days": days,
        "why": _why(evidence, option, said),
        "evidence": _evidence(tx, evidence),
    }
    return Draft(content, _columns(evidence, content, said, total, buys=buys))


def _evidence(tx: Transaction, evidence: Evidence) -> dict[str, Any]:
    """Return what guardrails ask of measurement and prices. oldest_price: when the oldest price version was stored."""
    measured, walk = evidence.answer.measurement, evidence.answer.comparison.walk_forward
    pins = [(sheet["id"], sheet["version"]) for sheet in evidence.body["inputs"]["price_sheets"]]
    stored = [row.created_at for row in price_sheets.pinned(tx.session, tx.organization_id, pins)]
    return {
        "measured_days": number(measured.days),
        "coverage": number(measured.coverage),
        "regret": None if walk is None else number(walk.regret),
        "oldest_price": min(stored).date().isoformat() if stored else None,
    }


def _columns(evidence: Evidence, content: Json, said: Json, total: Decimal, *, buys: bool) -> dict[str, Any]:
    offers = content["offers"] or {}
    sold = offers.get("dedicated") or offers.get("serverless") or {}
    return {
        "workload_id": evidence.workload.id,
        "evaluation_id": evidence.id,
        "option": content["option"],
        "kind": content["kind"],
        "title": content["title"],
        "provider": sold.get("provider"),
        "currency": evidence.currency,
        "total_commitment": total,
        "buys": buys,
        "external_reference": said["external_reference"],
        **content["days"],
    }


def _chosen(evidence: Evidence, said: Json) -> AnsweredOption | None:
    """Return the option decided on, None where the kind needs none. Raises Problem 422."""
    key = said["option"] or (None if said["kind"] in WITHOUT_OPTION else evidence.recommended)
    if key is None:
        if said["kind"] in WITHOUT_OPTION:
            return None
        told = (
            "The evaluation recommends no option: name one with `option`, or decide to measure more (`kind` measure)."
        )
        raise invalid(FieldError("/option", "required", told))
    option = evidence.option(key)
    if option is None:
        keys = ", ".join(entry.key for entry in evidence.answer.options[:10])
        raise invalid(FieldError("/option", "not_found", f"The evaluation has no such option; it has {keys}."))
    if option.ruled_out:
        told = "Was ruled out by a lower limit of its cost and has no figures; choose an option with figures."
        raise invalid(FieldError("/option", "ruled_out", told))
    if (key != evidence.recommended or not option.eligible) and not said["override_reason"]:
        told = f"Say why: the evaluation recommends {evidence.recommended or 'no option'}, not {key}."
        raise invalid(FieldError("/override_reason", "required", told))
    return option


def _kind(evidence: Evidence, option: AnsweredOption | None) -> str:
    if option is not None and option.key == evidence.incumbent:
        return "stay"
    return "buy"


def _title(kind: str, evidence: Evidence, option: AnsweredOption | None) -> str:
    what = "" if option is None else f": {evidence.names.key(option.key)}"
    return f"{kind.capitalize()} for {evidence.workload.name}{what}"[:200]


def _offers(evidence: Evidence, option: AnsweredOption) -> dict[str, Any]:
    sides = {"dedicated": option.dedicated, "serverless": option.serverless}
    return {side: _offer(evidence, name) for side, name in sides.items() if name is not None}


def _offer(evidence: Evidence, name: str) -> dict[str, Any]:
    sheet, offer = evidence.names.listed.get(name, ({"provider": ""}, {}))
    shown = {part: offer.get(part) for part in ("model", "region", "unit", "gpu", "quantization", "available_until")}
    return {"provider": sheet["provider"], "sku": offer.get("sku", name), **shown}


def _money(evidence: Evidence, option: AnsweredOption, terms: Terms | None, total: Decimal) -> dict[str, Any]:
    assert terms is not None
    interval, bound = known(option.interval), known(option.commitment)
    incumbent, monthly = evidence.option(evidence.incumbent), option.monthly_cost.amount
    used = None if incumbent is None or incumbent.ruled_out else incumbent.monthly_cost.amount
    return {
        "currency": option.monthly_cost.currency,
        **terms.document(),
        "total_commitment": plain_decimal(total),
        "expected_monthly": plain_decimal(monthly),
        "interval": None if interval is None else _ends(interval),
        "saving_monthly": None if used is None else plain_decimal(used - monthly),
        "incumbent": evidence.incumbent,
        "probability_cheapest": None if interval is None else number(interval.probability_cheapest),
        "expected_regret": None if interval is None else _amount(interval.expected_regret),
        "pays_back_month": None if bound is None else bound.pays_back_month,
        "expected_utilization": number(known(option.utilization)),
    }


def _ends(interval: CostInterval) -> dict[str, str | None]:
    return {"low": _amount(interval.low), "high": _amount(interval.high)}


def _amount(money: ShownMoney | None) -> str | None:
    return None if money is None else decimal_text(money.amount)


def _why(evidence: Evidence, option: AnsweredOption | None, said: Json) -> dict[str, Any]:
    recommended = evidence.answer.recommendation
    return {
        "recommended": recommended.option,
        "override_reason": said["override_reason"],
        "drivers": [reason.sentence for reason in recommended.reasons],
        "confidence": recommended.confidence,
        "provisional": recommended.provisional,
        "would_change": encode(recommended.would_change),
        "alternatives": [] if option is None else list(_alternatives(evidence, option)),
    }


def _alternatives(evidence: Evidence, chosen: AnsweredOption) -> Iterator[dict[str, Any]]:
    others = [o for o in evidence.answer.options if o.key != chosen.key and not o.ruled_out]
    others.sort(key=lambda o: (not o.eligible, o.adjusted_monthly_cost.amount, o.key))
    for other in others[:ALTERNATIVES]:
        more = other.monthly_cost.amount - chosen.monthly_cost.amount
        yield {
            "option": other.key,
            "mode": other.mode,
            "eligible": other.eligible,
            "monthly_cost": _amount(other.monthly_cost),
            "costs_more": plain_decimal(more),
            "reason": _refused(other, more, chosen.monthly_cost.currency),
        }


def _refused(other: AnsweredOption, more: Decimal, currency: str) -> str:
    if not other.eligible:
        return " ".join(violation.sentence for violation in other.violations) or "Is not eligible."
    if more > 0:
        return f"Costs {more:,.2f} {currency} a month more."
    return f"Costs {-more:,.2f} {currency} a month less before what latency and isolation are worth."


def _days(evidence: Evidence, said: Json, today: date, terms: Terms | None, *, buys: bool) -> dict[str, str | None]:
    """Return the days, those left out by default. Raises Problem 422 where they contradict each other."""
    valid = said["valid_until"] or _valid_until(evidence, today)
    purchase_by = said["purchase_by"] or valid
    starts_on = said["starts_on"] or (purchase_by if buys else today)
    ends_on = said["ends_on"] or (_last_day(starts_on, terms) if buys and terms is not None else None)
    decide_by = said["decide_by"] or valid
    faults = [
        FieldError(f"/{name}", "past", f"Lies in the past; name {today} or a later day.")
        for name, day in (("valid_until", valid), ("purchase_by", purchase_by), ("decide_by", decide_by))
        if day < today
    ]
    if ends_on is not None and ends_on < starts_on:
        faults.append(FieldError("/ends_on", "before_start", f"Lies before starts_on, {starts_on}."))
    if decide_by > valid:
        faults.append(FieldError("/decide_by", "after_valid_until", f"Lies after valid_until, {valid}."))
    if said["notice_by"] is not None and ends_on is not None and said["notice_by"] > ends_on:
        faults.append(FieldError("/notice_by", "after_end", f"Lies after ends_on, {ends_on}."))
    if faults:
        raise invalid(*faults)
    days = (decide_by, valid, purchase_by, starts_on, ends_on, said["notice_by"])
    return {name: None if day is None else day.isoformat() for name, day in zip(DAYS, days, strict=True)}


def _valid_until(evidence: Evidence, today: date) -> date:
    """Return the earliest of the evaluation's review and the end of its offers. Raises Problem 422 where it passed."""
    until = evidence.answer.recommendation.review_by
    ends = [offer.get("available_until") for _, offer in evidence.names.listed.values()]
    until = min([until, *(date.fromisoformat(end[:10]) for end in ends if end and end[:10] >= today.isoformat())])
    if until < today:
        told = f"The evaluation was to be reviewed by {until}: evaluate again, or name a day until which this holds."
        raise invalid(FieldError("/valid_until", "required", told))
    return until


def _last_day(starts: date, terms: Terms) -> date | None:
    """Return the last day of a term that begins on a day, None on demand."""
    months = terms.term_months
    if not months:
        return None
    if terms.term.isdigit():
        return months_after(starts, int(terms.term)) - timedelta(days=1)
    return starts + timedelta(days=int(months * 730 / 24) - 1)
