"""What decisions need: the guardrails in force in words, those proposed instead, and forms to propose and vote."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template

from service.access import members
from service.decisions import guardrail_versions, guardrail_votes, queries
from service.decisions.guarding import rules_in_force
from service.decisions.guardrail_document import Shown
from service.decisions.guardrail_schemas import NewGuardrailsSchema
from service.decisions.guardrails import Need, people
from service.decisions.models import Guardrails
from service.decisions.requests import NewVoteSchema
from service.kit.db.transaction import Transaction
from service.kit.http import strict_json
from service.kit.http.problems import Problem
from service.pages import door, fields
from service.reports import words

RULE = "/decisions/guardrails"
MOST_VERSIONS = 50

EFFECTS = {"block": "is blocked", "needs": "needs one approval more", "note": "is said"}
"""What becomes of a decision that a rule of each level speaks of."""

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the page, and what takes its forms."""
    door.page(blueprint, RULE, "decisions:read", show_guardrails)
    door.form(blueprint, RULE, "decisions:propose", propose_guardrails, again=show_guardrails)
    votes = f"{RULE}/<id(gr):guardrails_id>/votes"
    door.form(blueprint, votes, "decisions:comment", vote_on_guardrails)


def show_guardrails(tx: Transaction, form: Json | None = None, problem: Problem | None = None) -> str:
    """Show the guardrails in force, and the versions that were proposed, newest first."""
    held, rules = rules_in_force(tx)
    statement = queries.guardrails(tx).order_by(Guardrails.number.desc()).limit(MOST_VERSIONS)
    member = members.known(tx)
    return render_template(
        "guardrails.html",
        number=held["number"],
        bands=list(_bands(rules)),
        rules=list(_rules(rules)),
        versions=[Shown(tx, row) for row in tx.session.scalars(statement)],
        own=None if member is None else member.id,
        may_propose="decisions:propose" in tx.actor.scopes,
        may_vote="decisions:approve" in tx.actor.scopes,
        form=form or {"rules": json.dumps(rules, indent=2)},
        problem=problem,
        in_words=lambda content: [*_bands(content), *_rules(content)],
    )


def propose_guardrails(tx: Transaction, form: Json) -> str:
    """Propose other guardrails, written out as JSON."""
    rules = strict_json.loads(form.get("rules", "").encode())
    body = fields.loaded(NewGuardrailsSchema(), {"rules": rules, "reason": form.get("reason", "").strip()})
    guardrail_versions.propose(tx, body["rules"], body["reason"])
    return RULE


def vote_on_guardrails(tx: Transaction, form: Json, guardrails_id: str) -> str:
    """Vote on proposed guardrails as the reader saw them."""
    said = {name: form.get(name, "").strip() for name in ("vote", "reason", "digest")}
    guardrail_votes.vote(tx, guardrails_id, fields.loaded(NewVoteSchema(), said))
    return RULE


def _bands(rules: Mapping[str, Any]) -> Iterator[str]:
    """Yield how many approvers an amount needs, a band a sentence."""
    for currency, bands in sorted(rules["bands"].items()):
        for band in bands:
            wanted = people(Need(band["approvers"], band["role"])) if band["approvers"] else "nobody's approval"
            yield f"From {words.money(Decimal(band['from']))} {currency} on: {wanted}"
    yield f"Commitments to one provider within {words.plural(rules['split_window_days'], 'day')} are added up"


def _rules(rules: Mapping[str, Any]) -> Iterator[str]:
    """Yield the other rules in force, each with what it does."""
    for name, rule in sorted(rules.items()):
        if not isinstance(rule, dict) or "level" not in rule:
            continue
        limit = _limit(rule.get("limit"))
        who = f", {rule.get('role') or rule.get('member_id')}" if rule["level"] == "needs" else ""
        told = f"{words.upper_first(name.replace('_', ' '))}{limit}"
        yield f"{told}: {'else it ' if limit else ''}{EFFECTS[rule['level']]}{who}"


def _limit(limit: float | str | None) -> str:
    """Return a limit behind a space, empty for none."""
    return "" if limit is None else f" {limit}" if isinstance(limit, str) else f" {limit:g}"
