"""Settings: who one is here, keys, the policy that evaluations lie on, and where events are sent."""

from typing import Any, cast, get_args

from flask import Blueprint, Response, make_response, render_template

from service.access import queries as access
from service.access import service
from service.access.models import ApiKey
from service.access.roles import SCOPES, Role
from service.kit.app_context import runtime
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FieldError, Problem, invalid
from service.pages import door
from service.policies import queries as policies
from service.policies.models import PolicyVersion
from service.reports import words
from service.reports.policy_words import policy_words
from service.webhooks import queries as webhooks
from service.webhooks.models import Webhook

MOST = 100
"""Keys, policies and webhooks that are listed, newest first; the API has all of them."""

ROLES = get_args(Role)

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the page, and the forms that make and revoke keys."""
    door.page(blueprint, "/settings", "organization:read", show_settings)
    door.form(blueprint, "/settings", "api_keys:write", make_key, again=show_settings)
    door.form(blueprint, "/settings/keys/<id(key):key_id>/revoke", "api_keys:write", revoke_key)


def show_settings(tx: Transaction, form: Json | None = None, problem: Problem | None = None, made: str = "") -> str:
    """Show who one is, and what of the organization's settings the key may read."""
    scopes = tx.actor.scopes
    own = access.api_key(tx, tx.actor.id)
    return render_template(
        "settings.html",
        organization=access.organization(tx),
        own=own,
        keys=[_key(tx, key) for key in _newest(tx, access.api_keys(tx), ApiKey)] if "api_keys:read" in scopes else None,
        roles=[role for role in ROLES if SCOPES[role] <= scopes],
        may_make="api_keys:write" in scopes,
        policies=[
            _policy(one)
            for one in tx.session.scalars(policies.newest(tx).order_by(PolicyVersion.created_at.desc()).limit(MOST))
        ],
        default=_default(tx),
        webhooks=list(_newest(tx, webhooks.webhooks(tx), Webhook)) if "webhooks:read" in scopes else None,
        form=form or {},
        problem=problem,
        made=made,
    )


def make_key(tx: Transaction, form: Json) -> Response:
    """Make a key and show it, this once."""
    name, role = form.get("name", "").strip(), form.get("role", "")
    if not 1 <= len(name) <= 200:
        raise invalid(FieldError("/name", "required", "Say in 1 to 200 letters what the key is for."))
    if role not in ROLES:
        raise invalid(FieldError("/role", "invalid", f"Choose one of: {', '.join(ROLES)}."))
    _, spelled = service.create_key(tx, name=name, role=cast("Role", role))
    tx.session.flush()
    door.name_organization(tx)
    return make_response(show_settings(tx, made=spelled))


def revoke_key(tx: Transaction, form: Json, key_id: str) -> str:  # noqa: ARG001 - it has no fields
    """Revoke a key, at once and for ever."""
    service.revoke_key(tx, key_id)
    tx.after_commit(runtime().forget_keys)
    return "/settings"


def _newest(tx: Transaction, statement: Any, model: Any) -> Any:  # noqa: ANN401 - of rows of any kind
    return tx.session.scalars(statement.order_by(model.created_at.desc(), model.id.desc()).limit(MOST))


def _key(tx: Transaction, key: ApiKey) -> Json:
    over = key.expires_at is not None and key.expires_at <= tx.now
    ends = f"until {words.day(key.expires_at)}" if key.expires_at else ""
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "made": words.day(key.created_at),
        "used": words.day(key.last_used_at) if key.last_used_at else "never",
        "state": "revoked" if key.revoked_at else "over" if over else ends,
        "own": key.id == tx.actor.id,
        "holds": key.revoked_at is None and not over,
    }


def _policy(version: PolicyVersion) -> Json:
    return {
        "name": version.name,
        "version": version.number,
        "said": policy_words(version.effective),
        "description": version.description,
        "preset": (version.preset or "").replace("_", " "),
    }


def _default(tx: Transaction) -> str:
    """Return the policy that evaluations lie on when they name none, in words."""
    found = policies.default(tx)
    if found is None or found.policy_id is None:
        return "the built-in defaults"
    version = policies.version(tx, found.policy_id, found.policy_version)
    follows = "" if found.policy_version else ", always its newest version"
    return f"{version.name if version else found.policy_id}{follows}"
