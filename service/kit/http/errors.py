"""Every error of a request becomes a problem document; what is not the caller's fault is logged, never shown."""

from flask import Flask, Response, g, request
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from service.kit import logging, storage
from service.kit.db.database import DatabaseBusy, DatabaseFailing, DatabaseFull, ReferenceGone
from service.kit.http import problems, strict_json
from service.kit.http.idempotency import LostReservation
from service.kit.http.problems import Problem

RETRY = {"Retry-After": "1"}


def register(app: Flask) -> None:
    """Answer every error of `app` with a problem document."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(DatabaseBusy, _busy)
    app.register_error_handler(DatabaseFull, _full)
    app.register_error_handler(DatabaseFailing, _failing)
    app.register_error_handler(OSError, _from_system)
    app.register_error_handler(ReferenceGone, _gone)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(LostReservation, _busy)
    app.register_error_handler(Exception, _internal)


def answer(problem: Problem) -> Response:
    """Return the problem as the answer to the present request."""
    document = problem.document(request.script_root + request.path, g.request_id)
    document["type"] = request.script_root + document["type"]
    headers = {**problem.headers, "Cache-Control": "no-store"}
    return Response(strict_json.dumps(document), problem.kind.status, headers, content_type=problems.CONTENT_TYPE)


def _from_http(error: HTTPException) -> Response:
    """Answer an error of Flask or Werkzeug, keeping headers such as `Allow`."""
    if error.code is not None and error.code < 400:
        return Response(status=error.code, headers=dict(error.get_headers()))
    status = error.code or 500
    kind = problems.BY_STATUS.get(status, problems.MALFORMED if status < 500 else problems.INTERNAL)
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Content-Range")}
    return answer(Problem(kind, _detail(error, kind), headers=headers))


def _detail(error: HTTPException, kind: problems.ProblemKind) -> str:
    if kind is problems.NOT_FOUND:
        return "Nothing is served at this address."
    return error.description or kind.title


def _busy(error: Exception) -> Response:
    logging.get().warning("busy", reason=str(error))
    return answer(Problem(problems.BUSY, "The service is busy; nothing was stored. Repeat the request.", headers=RETRY))


def _full(error: Exception) -> Response:
    logging.get().error("storage full", reason=str(error))
    return answer(Problem(problems.FULL, "No space is left; nothing was stored.", headers={"Retry-After": "60"}))


def _failing(error: Exception) -> Response:
    logging.get().error("storage failing", reason=str(error))
    return answer(
        Problem(problems.STORAGE_FAILING, "The disk fails; nothing was stored.", headers={"Retry-After": "10"})
    )


def _from_system(error: OSError) -> Response:
    """Answer an error of the operating system: of a disk that is full or fails, or else of the code."""
    if error.errno in storage.FULL:
        return _full(error)
    return _failing(error) if error.errno in storage.FAILING else _internal(error)


def _gone(error: Exception) -> Response:
    logging.get().info("lost to a deletion", reason=str(error))
    detail = "Something that this request stands on was deleted while it ran; nothing was stored. Read it again."
    return answer(Problem(problems.CONFLICT, detail))


def _stale(_error: Exception) -> Response:
    return answer(Problem(problems.PRECONDITION_FAILED, "The row changed while this request ran. Read it again."))


def _internal(error: Exception) -> Response:
    logging.get().error("internal error", exc_info=error)
    return answer(Problem(problems.INTERNAL, "Something went wrong in the service; nothing was stored."))
