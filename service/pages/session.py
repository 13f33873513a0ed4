"""Signing in with an API key, by a link that works once or at an identity provider, and signing out."""

import base64
import hmac
import json
import secrets
from dataclasses import astuple
from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for

from service.access import people, sessions, sign_in_links
from service.access.people import OpenId
from service.access.service import authenticate
from service.access.signing_in import ProviderUnreachable, SignIn, TokenRefused
from service.kit import logging
from service.kit.app_context import runtime
from service.kit.db.transaction import Actor
from service.kit.http.problems import NOT_FOUND, Problem
from service.kit.http.proxies import cookie_path
from service.pages import door

HOME = "/"

PENDING = "crossover_sign_in"
"""Cookie of a sign-in that the provider has not sent back yet."""

PENDING_SECONDS = 600


def register(blueprint: Blueprint) -> None:
    """Add the addresses of sessions."""
    blueprint.get("/sign-in")(sign_in)
    blueprint.post("/sign-in")(begin)
    blueprint.get("/sign-in/<token>")(follow_link)
    blueprint.get("/sign-in/provider")(go_to_provider)
    blueprint.get("/sign-in/provider/callback")(come_from_provider)
    blueprint.post("/sign-out")(end)


def sign_in() -> Response:
    """Show the sign-in."""
    if door.signed_in() is not None:
        return door.to(_next(request.args.get("next")))
    return _form(_next(request.args.get("next")))


def begin() -> Response:
    """Begin the session of a key; a wrong key is said and not kept."""
    door.require_own_form(None)
    target = _next(request.form.get("next"))
    try:
        actor = authenticate(runtime().database, f"Bearer {request.form.get('key', '').strip()}")
    except Problem:
        return _form(target, fault="This key is not valid, or was revoked.", status=401)
    return _begun(actor, target)


def follow_link(token: str) -> Response:
    """Begin the session of a link that works once."""
    actor = sign_in_links.follow(runtime().database, Path(runtime().uploads.folder), token)
    target = _next(request.args.get("next"))
    if actor is None:
        fault = "This link was used before, or is older than an hour. Sign in with a key, or run the command again."
        return _form(target, fault=fault, status=401)
    return _begun(actor, target)


def go_to_provider() -> Response:
    """Send the browser to the identity provider, remembering in a cookie what belongs to this sign-in."""
    openid, target = _openid(), _next(request.args.get("next"))
    pending = SignIn(*(secrets.token_urlsafe(32) for _ in range(3)))
    try:
        answer = door.to(openid.provider.address(pending, _back()))
    except ProviderUnreachable as error:
        return _unreachable(target, error)
    kept = base64.urlsafe_b64encode(json.dumps([*astuple(pending), target]).encode()).decode()
    return _keep(answer, PENDING, kept, PENDING_SECONDS)


def come_from_provider() -> Response:
    """Begin the session of whom the provider sends back; what is wrong is said and nothing is kept."""
    openid = _openid()
    found = _pending()
    if found is None or not hmac.compare_digest(found[0].state, request.args.get("state", "")):
        return _not_signed_in(HOME, "This sign-in is older than ten minutes or was begun elsewhere. Begin again.")
    pending, target = found
    if "error" in request.args or request.args.get("iss", openid.provider.issuer) != openid.provider.issuer:
        said = request.args.get("error_description") or request.args.get("error", "another provider answered")
        return _not_signed_in(target, f"The identity provider refused: {said[:200]}")
    try:
        claims = openid.provider.redeem(request.args.get("code", ""), pending, _back())
        actor = people.actor_of(runtime().database, openid.directory, claims)
    except TokenRefused as refused:
        return _not_signed_in(target, f"The identity provider's answer is not valid: {refused}.")
    except ProviderUnreachable as error:
        return _unreachable(target, error)
    except Problem as problem:
        return _not_signed_in(target, problem.detail, 403)
    logging.get().info("signed in", actor=actor.id, organization=actor.organization_id, email=claims.get("email"))
    cookie = people.cookie_for(actor, openid.directory.roles_of(claims), secrets.token_hex(16))
    return _without_pending(_keep(door.to(target), door.COOKIE, cookie, people.SECONDS))


def _openid() -> OpenId:
    found = current_app.extensions["openid"]
    if not isinstance(found, OpenId):
        raise Problem(NOT_FOUND, "Nothing is served at this address.")
    return found


def _back() -> str:
    return url_for("pages.come_from_provider", _external=True)


def _pending() -> tuple[SignIn, str] | None:
    """Return the sign-in that this browser began, and where it wants to go; None where it began none."""
    try:
        state, nonce, verifier, target = json.loads(base64.urlsafe_b64decode(request.cookies.get(PENDING, "")))
    except ValueError:
        return None
    return SignIn(str(state), str(nonce), str(verifier)), _next(str(target))


def _not_signed_in(target: str, fault: str, status: int = 401) -> Response:
    return _without_pending(_form(target, fault, status))


def _unreachable(target: str, error: ProviderUnreachable) -> Response:
    logging.get().warning("identity provider", reason=str(error))
    return _not_signed_in(target, "The identity provider does not answer. Try again in a moment.", 503)


def _without_pending(answer: Response) -> Response:
    answer.delete_cookie(PENDING, path=cookie_path(), httponly=True, samesite="Lax")
    return answer


def end() -> Response:
    """End the session."""
    door.require_own_form(door.signed_in())
    answer = door.to("/sign-in")
    answer.delete_cookie(door.COOKIE, path=cookie_path(), httponly=True, samesite="Lax")
    return answer


def _begun(actor: Actor, target: str) -> Response:
    return _keep(door.to(target), door.COOKIE, sessions.cookie_for(actor), sessions.SECONDS)


def _keep(answer: Response, name: str, value: str, seconds: int) -> Response:
    # Believed of any proxy: who lies about this harms nobody else.
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
    path = cookie_path()
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=secure, path=path)
    return answer


def _form(target: str, fault: str = "", status: int = 200) -> Response:
    return door.without_keeping(
        make_response(
            render_template(
                "sign_in.html", target=target, fault=fault, has_provider=current_app.extensions["openid"] is not None
            ),
            status,
        )
    )


def _next(asked: str | None) -> str:
    """Return where to go after the sign-in: an address of this site alone."""
    text = asked or HOME
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\", "/sign-in")) and text.isprintable()
    return text if is_ours else HOME
