"""The door of pages: who is signed in, what they may see, and whether a form is theirs."""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, g, make_response, redirect, request

from service.access import queries, sessions
from service.kit import clock
from service.kit.app_context import runtime
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FORBIDDEN, Problem

COOKIE = "crossover_session"

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
"""Pages hold an organization's figures; and a form sends its origin only where the referrer may be known."""

View = Callable[..., Any]


def page(blueprint: Blueprint, rule: str, scope: str, view: View) -> None:
    """Serve `view(tx, **path)` at an address to who is signed in with a key that includes the scope."""

    @wraps(view)
    def entered(**path: Any) -> Response:  # noqa: ANN401 - what the address holds
        """Admit the reader and show the page."""
        session = signed_in()
        if session is None:
            back = request.full_path.rstrip("?")
            return without_keeping(redirect("/sign-in?" + urlencode({"next": back}), 303))  # type: ignore[arg-type]
        if scope not in session.actor.scopes:
            raise Problem(FORBIDDEN, f"This page needs the scope {scope}, which your key's role does not include.")
        carried = runtime()
        g.rate = carried.rate_limit.take(session.actor.id)
        with carried.database.reading() as reading:
            tx = Transaction(reading, session.actor, clock.now(), g.request_id)
            g.organization = queries.organization(tx).name
            return without_keeping(make_response(view(tx, **path)))

    vars(entered)["scope"] = scope
    blueprint.add_url_rule(rule, view.__name__, entered)


def signed_in() -> sessions.Session | None:
    """Return the session of the present request."""
    cookie = request.cookies.get(COOKIE)
    g.page_session = sessions.resume(runtime().database, cookie) if cookie else None
    if g.page_session is not None:
        g.actor = g.page_session.actor
    session: sessions.Session | None = g.page_session
    return session


def without_keeping(response: Response) -> Response:
    """Return the answer with the headers of pages."""
    response.headers.update(HEADERS)
    return response


def require_own_form(session: sessions.Session | None) -> None:
    """Refuse a form of another site: by its origin and, of a session, by the token. Raises Problem 403."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign or request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem(FORBIDDEN, "This form was sent from another site. Open the page here and send it again.")
    if session is not None and not hmac.compare_digest(session.token, request.form.get("token", "")):
        raise Problem(FORBIDDEN, "This form is out of date. Open its page again and send it again.")
