"""What decisions need: the guardrails in force in words, those proposed instead, and forms to propose and vote."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template

from service.access import members
from service.access import queries as access
from service.access.models import Member
from service.decisions import guardrail_versions, guardrail_votes, queries
from service.decisions.guarding import rules_in_force
from service.decisions.guardrail_document import Shown
from service.decisions.guardrail_schemas import NewGuardrailsSchema
from service.decisions.guardrails import ENTITLED, Need, people
from service.decisions.models import Guardrails
from service.decisions.requests import NewVoteSchema
from service.kit.db.transaction import Transaction
from service.kit.http.problems import Problem
from service.pages import door, fields
from service.pages.decisions import guardrail_form
from service.reports import words

RULE = "/decisions/guardrails"
MOST_VERSIONS = 50

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
    everybody = tx.session.scalars(access.members(tx, {}).order_by(Member.name)).all()
    names = {one.id: one.name for one in everybody}
    shown = form or guardrail_form.form_of(rules)
    return render_template(
        "guardrails.html",
        number=held["number"],
        bands=list(_bands(rules)),
        rules=list(guardrail_form.sentences(rules, names)),
        versions=[Shown(tx, row) for row in tx.session.scalars(statement)],
        own=None if member is None else member.id,
        may_propose="decisions:propose" in tx.actor.scopes,
        may_vote="decisions:approve" in tx.actor.scopes,
        form=shown,
        faults=guardrail_form.faults(problem, shown),
        problem=problem,
        band_rows=guardrail_form.band_rows(shown),
        lines=guardrail_form.RULES,
        levels=guardrail_form.LEVELS,
        roles=tuple(ENTITLED),
        people=[one for one in everybody if one.state == "active" and one.role in ENTITLED["approver"]],
        in_words=lambda content: [*_bands(content), *guardrail_form.sentences(content, names)],
    )


def propose_guardrails(tx: Transaction, form: Json) -> str:
    """Propose other guardrails."""
    said = {"rules": guardrail_form.rules_of(form)[0], "reason": form.get("reason", "").strip()}
    body = fields.loaded(NewGuardrailsSchema(), said)
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
            begin = Decimal(band["from"])
            yield f"{f'From {words.money(begin)} {currency} on' if begin else f'Any amount of {currency}'}: {wanted}"
    yield f"Commitments to one provider within {words.plural(rules['split_window_days'], 'day')} are added up"
