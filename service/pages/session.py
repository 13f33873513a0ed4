"""Signing in with an API key or by a link that works once, and signing out."""

from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request

from service.access import sessions, sign_in_links
from service.access.service import authenticate
from service.kit.app_context import runtime
from service.kit.db.transaction import Actor
from service.kit.http.problems import Problem
from service.pages import door

HOME = "/"


def register(blueprint: Blueprint) -> None:
    """Add the addresses of sessions."""
    blueprint.get("/sign-in")(sign_in)
    blueprint.post("/sign-in")(begin)
    blueprint.get("/sign-in/<token>")(follow_link)
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


def end() -> Response:
    """End the session."""
    door.require_own_form(door.signed_in())
    answer = door.to("/sign-in")
    answer.delete_cookie(door.COOKIE, httponly=True, samesite="Lax")
    return answer


def _begun(actor: Actor, target: str) -> Response:
    answer = door.to(target)
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
    cookie = sessions.cookie_for(actor)
    answer.set_cookie(
        door.COOKIE, cookie, max_age=sessions.SECONDS, httponly=True, samesite="Lax", secure=secure, path="/"
    )
    return answer


def _form(target: str, fault: str = "", status: int = 200) -> Response:
    return door.without_keeping(make_response(render_template("sign_in.html", target=target, fault=fault), status))


def _next(asked: str | None) -> str:
    """Return where to go after the sign-in: an address of this site alone."""
    text = asked or HOME
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\", "/sign-in")) and text.isprintable()
    return text if is_ours else HOME
