"""The HTTP door: authenticates, reads the request, opens the transaction, answers. The only commit of a request.

Reading calls run in one session that cannot write. Writing calls first read their whole body, then run as one unit
that is repeated whole when it loses a race; the answer is made inside the unit, the commit comes before it is sent.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from flask import Response, g, request
from sqlalchemy.orm import Session

from service.kit import clock, logging
from service.kit.app_context import Runtime, runtime
from service.kit.db.database import settled
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import etags, idempotency, json_body
from service.kit.http.problems import FORBIDDEN, PRECONDITION_FAILED, SHOWN_ONCE, FieldError, Problem, invalid
from service.kit.http.strict_json import pointer

View = Callable[..., Any]
Prepare = Callable[..., AbstractContextManager[Any]]
Follow = Callable[[Response, Actor], Response]

MAX_KEY = 255


@dataclass(frozen=True, slots=True)
class Call:
    """How an operation is called.

    method, rule: of the route. scope: what the key must include. writes: whether the transaction may change anything.
    max_body: bytes, None for the application's. guarded: whether `If-Match` is required.
    prepare: work before the transaction opens, see Resource.endpoint. streams: whether `prepare` reads the body.
    secret: whether the answer is shown once and never kept. follow: see Resource.endpoint.
    """

    method: str
    rule: str
    scope: str
    writes: bool
    max_body: int | None
    guarded: bool
    prepare: Prepare | None
    streams: bool
    secret: bool
    follow: Follow | None = None

    @property
    def is_look(self) -> bool:
        """Whether one session that cannot write serves the whole call."""
        return self.method == "GET" and self.prepare is None

    @property
    def is_repeatable(self) -> bool:
        """Whether the call takes an `Idempotency-Key`."""
        return self.method == "POST" and self.writes


def enter(call: Call, view: View, *, takes_query: bool) -> View:
    """Return `view` behind authentication, the scope check and the body limit: the outermost wrapper."""

    @wraps(view)
    def entered(**kwargs: Any) -> Any:  # noqa: ANN401
        """Admit the caller, read the body, call the view."""
        carried = runtime()
        actor = g.actor = _admit(call, carried)
        g.rate = carried.rate_limit.take(actor.id)
        _check_query(takes_query)
        if call.is_look:
            with carried.database.reading() as g.session:
                answer = view(**kwargs)
        else:
            if call.guarded:
                etags.required()
            most = call.max_body or (carried.uploads.max_bytes if call.streams else carried.max_body_bytes)
            json_body.limit(most, carried.patience_seconds)
            if not call.streams:
                json_body.read()  # to its end, so that no transaction waits for a slow sender
            answer = view(**kwargs)
        return _followed(call, carried, actor, answer)

    return entered


def _followed(call: Call, carried: Runtime, actor: Actor, answer: Any) -> Any:  # noqa: ANN401 - what the view made
    """Do what follows the commit, none of which can turn the answer of what was stored into an error."""
    if call.follow is not None:
        try:
            answer = call.follow(answer, actor)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged
            logging.get().exception("what follows a commit failed")
    if actor.first_use:
        # Once the answer is sent: a locked row neither changes nor delays it.
        note = partial(carried.database.write, lambda session: carried.note_use(session, actor))
        answer.call_on_close(partial(settled, note))
    return answer


def transact(call: Call, view: View) -> View:
    """Return `view`, which takes the transaction first, run in the transaction it deserves."""

    @wraps(view)
    def transacted(**kwargs: Any) -> Response:  # noqa: ANN401
        """Call the view in its transaction, once a key."""
        if call.is_look:
            return _looked(view, g.session, kwargs)
        if not call.writes:
            with _prepared(call, kwargs) as arguments, runtime().database.reading() as session:
                return _looked(view, session, arguments)
        key = _idempotency_key(call)
        return _run(call, view, kwargs) if key is None else _run_once(call, view, kwargs, key)

    return transacted


def _looked(view: View, session: Session, arguments: dict[str, Any]) -> Response:
    return _tagged(view(Transaction(session, g.actor, clock.now(), g.request_id), **arguments))


def _admit(call: Call, carried: Runtime) -> Actor:
    actor = carried.authenticate(request.headers.get("Authorization", ""), call.is_look)
    if call.scope not in actor.scopes:
        whose = "your groups' and your member's role do" if actor.kind == "person" else "the key's role does"
        raise Problem(FORBIDDEN, f"This call needs the scope {call.scope}, which {whose} not include.")
    return actor


def _check_query(takes_query: bool) -> None:
    """Refuse parameters on a call that takes none."""
    if not takes_query and request.args:
        raise invalid(*(FieldError(pointer(name), "unknown_field", "Unknown field.", "query") for name in request.args))


def _idempotency_key(call: Call) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None or not call.is_repeatable:
        return None
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        fault = FieldError("/Idempotency-Key", "invalid", f"Send 1 to {MAX_KEY} printable ASCII characters.", "header")
        raise invalid(fault)
    return key


def _run(
    call: Call, view: View, kwargs: dict[str, Any], reservation: idempotency.Reservation | None = None
) -> Response:
    with _prepared(call, kwargs) as arguments:
        return _commit(call, view, arguments, reservation)


def _run_once(call: Call, view: View, kwargs: dict[str, Any], key: str) -> Response:
    """Run under an `Idempotency-Key`; a streamed body is read before the key is looked up, to tell it apart."""
    if call.streams:
        with _prepared(call, kwargs) as arguments:
            return _reserved(
                call, key, arguments["prepared"].fingerprint, lambda held: _commit(call, view, arguments, held)
            )
    return _reserved(call, key, json_body.content(), lambda held: _run(call, view, kwargs, held))


def _reserved(call: Call, key: str, content: bytes, run: Callable[[idempotency.Reservation], Response]) -> Response:
    database, presence = runtime().database, runtime().presence
    mark = idempotency.fingerprint(request.full_path.encode(), content)
    held = idempotency.reserve(database, presence, g.actor, f"{call.method} {call.rule}", key, mark)
    if isinstance(held, idempotency.Answer):
        if call.secret:
            made = {"Location": held.headers["Location"]}
            raise Problem(SHOWN_ONCE, "The request was served; its answer held a secret, not kept.", headers=made)
        return Response(held.body, held.status, {**held.headers, "Idempotency-Replayed": "true"})
    try:
        return run(held)
    except Exception:
        idempotency.release(database, held)
        raise


def _commit(call: Call, view: View, arguments: dict[str, Any], reservation: idempotency.Reservation | None) -> Response:
    now = clock.now()

    def unit(session: Session) -> Response:
        """Call the view and keep its answer, all in one transaction."""
        g.matched = False
        response: Response = view(Transaction(session, g.actor, now, g.request_id), **arguments)
        if call.guarded and not g.matched:
            raise RuntimeError(f"{call.method} {call.rule} is guarded but never called etags.require_match")
        response = _tagged(response)
        if reservation is not None:
            session.flush()
            idempotency.keep(session, reservation, _answer(response, b"" if call.secret else response.get_data()))
        return response

    return runtime().database.write(unit, lane=g.actor.organization_id)


@contextmanager
def _prepared(call: Call, kwargs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if call.prepare is None:
        yield kwargs
        return
    work = call.prepare(g.actor, **kwargs)
    prepared = work.__enter__()
    try:
        yield {**kwargs, "prepared": prepared}
    except BaseException:
        if not work.__exit__(*sys.exc_info()):
            raise
    else:
        settled(lambda: work.__exit__(None, None, None))  # tidying up follows the commit


def _answer(response: Response, content: bytes) -> idempotency.Answer:
    kept = ("Content-Type", "Location", "ETag", "Retry-After")
    headers = {name: response.headers[name] for name in kept if name in response.headers}
    return idempotency.Answer(response.status_code, headers, content)


def _tagged(response: Response) -> Response:
    """Give a success its ETag and a page its link; answer 304 to a reader who has it already."""
    if g.next is not None:
        response.headers["Link"] = f'<{g.next}>; rel="next"'
    if response.status_code in (200, 201) and not response.is_streamed:
        if "ETag" not in response.headers:
            response.set_etag(g.etag or etags.of_bytes(response.get_data()))
        response.make_conditional(request)
        if response.status_code == PRECONDITION_FAILED.status:  # a reader's If-Match
            raise etags.changed(response.headers["ETag"])
    return response
