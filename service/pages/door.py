"""The door of pages: who is signed in, what they may see and send, and whether a form is theirs.

A page is shown in one session that cannot write. A form is taken in one transaction, which is committed here before the
reader is led on; what is refused is shown in the form again, where the form has a page for that.
"""

import hmac
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial, wraps
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, g, make_response, redirect, request
from sqlalchemy.orm import Session

from service.access import queries, sessions
from service.kit import clock
from service.kit.app_context import runtime
from service.kit.db.database import settled
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import forms
from service.kit.http.problems import FORBIDDEN, Problem

COOKIE = "crossover_session"

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
"""Pages hold an organization's figures; and a form sends its origin only where the referrer may be known."""

View = Callable[..., Any]
Prepare = Callable[..., AbstractContextManager[Any]]

MENDABLE = (400, 404, 409, 412, 413, 415, 422)
"""Statuses of problems that a form is shown again with."""

FORM_BYTES = 4 * 1024 * 1024
"""Largest form that carries no traffic."""


@contextmanager
def _nothing(*_: object, **__: object) -> Iterator[None]:
    """Prepare nothing."""
    yield None


def page(blueprint: Blueprint, rule: str, scope: str, view: View, *, prepare: Prepare | None = None) -> None:
    """Serve `view(tx, **path)` at an address to who is signed in with a key that includes the scope.

    prepare: context manager `prepare(actor, **path)` for work before the session opens; what it yields is passed on as
    `prepared`.
    """

    @wraps(view)
    def entered(**path: Any) -> Response:  # noqa: ANN401 - what the address holds
        """Admit the reader and show the page."""
        session = signed_in()
        if session is None:
            return _to_sign_in(request.full_path.rstrip("?"))
        _admit(session.actor, scope)
        with (prepare or _nothing)(session.actor, **path) as prepared:
            return _noting(
                session.actor, _shown(view, session.actor, path, {} if prepare is None else {"prepared": prepared})
            )

    _serve(blueprint, rule, scope, entered, "GET")


def form(
    blueprint: Blueprint,
    rule: str,
    scope: str,
    view: View,
    *,
    prepare: Prepare | None = None,
    again: View | None = None,
    most: Callable[[], int] = lambda: FORM_BYTES,
) -> None:
    """Take forms sent to an address: `view(tx, form, **path)` stores what they say and returns where to go next.

    form: its fields, of each name the last. prepare: as of `page`, but called `prepare(actor, form, **path)`.
    again: `again(tx, form, problem, **path)` returns the page of a form that was refused; without, the problem is a
    page of its own. most: bytes of the form.
    """

    @wraps(view)
    def taken(**path: Any) -> Response:  # noqa: ANN401 - what the address holds
        """Admit the sender, read the form, store what it says."""
        session = signed_in()
        if session is None:
            return _to_sign_in(request.path)
        require_own_origin()
        fields = forms.read(most(), runtime().patience_seconds)
        require_own_form(session)
        _admit(session.actor, scope)
        try:
            with (prepare or _nothing)(session.actor, fields, **path) as prepared:
                more = {} if prepare is None else {"prepared": prepared}
                answer = _stored(view, session.actor, fields, path | more)
        except Problem as problem:
            if again is None or problem.kind.status not in MENDABLE:
                raise
            answer = _shown(again, session.actor, path, {"form": fields, "problem": problem})
            answer.status_code = problem.kind.status
        return _noting(session.actor, answer)

    _serve(blueprint, rule, scope, taken, "POST")


def signed_in() -> sessions.Session | None:
    """Return the session of the present request."""
    cookie = request.cookies.get(COOKIE)
    g.page_session = sessions.resume(runtime().database, cookie) if cookie else None
    if g.page_session is not None:
        g.actor = g.page_session.actor
    session: sessions.Session | None = g.page_session
    return session


def greet() -> None:
    """Have the frame of a page that is open to everybody know its reader, where somebody is signed in."""
    session = signed_in()
    if session is not None:
        with runtime().database.reading() as reading:
            name_organization(Transaction(reading, session.actor, clock.now(), g.request_id))


def name_organization(tx: Transaction) -> None:
    """Have the frame name the reader's organization: for forms that answer with a page of their own."""
    g.organization = queries.organization(tx).name


def without_keeping(response: Response) -> Response:
    """Return the answer with the headers of pages."""
    response.headers.update(HEADERS)
    return response


def to(address: str) -> Response:
    """Return the answer that leads to an address of this site."""
    return without_keeping(cast("Response", redirect(address, 303)))


def require_own_origin() -> None:
    """Refuse what another site sent. Raises Problem 403."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign or request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem(FORBIDDEN, "This form was sent from another site. Open the page here and send it again.")


def require_own_form(session: sessions.Session | None) -> None:
    """Refuse a form of another site: by its origin and, of a session, by the token. Raises Problem 403."""
    require_own_origin()
    if session is not None and not hmac.compare_digest(session.token, request.form.get("token", "")):
        raise Problem(FORBIDDEN, "This form is out of date. Open its page again and send it again.")


def _serve(blueprint: Blueprint, rule: str, scope: str, view: View, method: str) -> None:
    vars(view)["scope"] = scope
    blueprint.add_url_rule(rule, view.__name__, view, methods=[method])


def _to_sign_in(back: str) -> Response:
    return to("/sign-in?" + urlencode({"next": back}))


def _admit(actor: Actor, scope: str) -> None:
    """Count the call and check the scope. Raises Problem 403 and 429."""
    if scope not in actor.scopes:
        raise Problem(FORBIDDEN, f"This page needs the scope {scope}, which your role does not include.")
    g.rate = runtime().rate_limit.take(actor.id)


def _shown(view: View, actor: Actor, path: dict[str, Any], more: dict[str, Any]) -> Response:
    """Show a page in a session that cannot write."""
    with runtime().database.reading() as reading:
        tx = Transaction(reading, actor, clock.now(), g.request_id)
        name_organization(tx)
        return without_keeping(make_response(view(tx, **path, **more)))


def _stored(view: View, actor: Actor, fields: dict[str, str], arguments: dict[str, Any]) -> Response:
    """Have the view store what a form says, in one transaction."""
    now = clock.now()

    def unit(session: Session) -> Response:
        """Call the view; what it wrote is committed with this."""
        answer = view(Transaction(session, actor, now, g.request_id), fields, **arguments)
        session.flush()
        return to(answer) if isinstance(answer, str) else without_keeping(answer)

    return runtime().database.write(unit, lane=actor.organization_id)


def _noting(actor: Actor, answer: Response) -> Response:
    """Return the answer; once it is sent, the use of the key is kept, where that is its first for an hour."""
    if actor.first_use:
        carried = runtime()
        note = partial(carried.database.write, lambda session: carried.note_use(session, actor))
        answer.call_on_close(partial(settled, note))
    return answer
