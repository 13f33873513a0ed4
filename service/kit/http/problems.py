"""Problem documents (RFC 9457): the one shape of every answer that is not a success.

A kind of problem is defined once, with `define`; its page is served at its `type`, `/docs/problems/<code>`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from werkzeug.exceptions import HTTPException

Found = TypeVar("Found")

Where = Literal["body", "query", "path", "header"]

CONTENT_TYPE = "application/problem+json"

SHOWN_ERRORS = 100
"""Most field errors of one problem; how many there are in all is in its detail."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field's fault.

    pointer: JSON pointer (RFC 6901) into the body, or `/name` of a query parameter or header, see `where`.
    code: stable word for programs. detail: sentence for people, with the mend.
    """

    pointer: str
    code: str
    detail: str
    where: Where = "body"

    def document(self) -> dict[str, str]:
        """Return the entry of `errors`."""
        return {"in": self.where, "pointer": self.pointer, "code": self.code, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A documented kind of problem. code: stable, in the type URI. help: what it means and how to mend it."""

    code: str
    status: int
    title: str
    help: str

    @property
    def type(self) -> str:
        """The type URI reference, resolved against the address of the service."""
        return f"/docs/problems/{self.code}"


class Problem(HTTPException):
    """Raise it anywhere under a request: `raise Problem(NOT_FOUND, "No workload has this id.")`."""

    def __init__(
        self,
        kind: ProblemKind,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Make a problem of `kind`; `headers` are sent with it."""
        super().__init__(detail)
        self.kind = kind
        self.code = kind.status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def document(self, instance: str, request_id: str) -> dict[str, Any]:
        """Return the problem document for the request at path `instance`."""
        return {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "instance": instance,
            "request_id": request_id,
            "errors": [error.document() for error in self.errors],
        }


@dataclass
class _Catalogue:
    kinds: dict[str, ProblemKind] = field(default_factory=dict)


_catalogue = _Catalogue()


def define(code: str, status: int, title: str, help: str) -> ProblemKind:  # noqa: A002 - reads well where it is used
    """Define a kind of problem for the whole service. Raises ValueError when the code is taken."""
    if code in _catalogue.kinds:
        raise ValueError(f"problem code {code!r} is defined twice")
    kind = ProblemKind(code, status, title, help)
    _catalogue.kinds[code] = kind
    return kind


def catalogue() -> list[ProblemKind]:
    """Return every defined kind, by code."""
    return [_catalogue.kinds[code] for code in sorted(_catalogue.kinds)]


def invalid(*errors: FieldError) -> Problem:
    """Return the 422 for fields that do not hold; its detail names the first one and counts the others."""
    first = errors[0]
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    detail = f"{first.pointer or 'The body'}: {first.detail}{more}"
    return Problem(INVALID, detail, errors=errors[:SHOWN_ERRORS])


def or_not_found(row: Found | None, detail: str) -> Found:
    """Return what was looked up. Raises Problem 404 where there is none."""
    if row is None:
        raise Problem(NOT_FOUND, detail)
    return row


MALFORMED = define(
    "malformed-request",
    400,
    "Malformed request",
    "The request could not be read: the JSON is not JSON, or the body ended early. Send well-formed JSON in UTF-8.",
)
UNAUTHENTICATED = define(
    "unauthenticated",
    401,
    "No valid API key",
    "Send `Authorization: Bearer <key>` with a key that exists, has not expired and has not been revoked.",
)
FORBIDDEN = define(
    "forbidden",
    403,
    "Not allowed",
    "The key is valid but its role does not include the scope this call needs. Use a key with a wider role.",
)
NOT_FOUND = define(
    "not-found",
    404,
    "Not found",
    "Nothing of your organization has this address. It may never have existed, or was deleted.",
)
METHOD_NOT_ALLOWED = define(
    "method-not-allowed",
    405,
    "Method not allowed",
    "This address does not take this method; the `Allow` header lists the ones it takes.",
)
CONFLICT = define(
    "conflict",
    409,
    "Conflict",
    "The request does not fit the present state; the detail says which and why.",
)
IN_FLIGHT = define(
    "idempotency-key-in-flight",
    409,
    "The same request is still running",
    "A request with this `Idempotency-Key` is being served. Wait as `Retry-After` says and repeat it unchanged.",
)
SHOWN_ONCE = define(
    "answer-shown-once",
    409,
    "The answer was shown once",
    "The request with this `Idempotency-Key` was served, but its answer held a secret, which is not kept. `Location` "
    "names what was made; where its secret is lost, delete it and make another with a new key.",
)
PRECONDITION_FAILED = define(
    "precondition-failed",
    412,
    "Changed meanwhile",
    "The row has changed since you read it: `If-Match` names an old version. Read it again and repeat the change.",
)
TOO_LARGE = define(
    "body-too-large",
    413,
    "Body too large",
    "The body is larger than this address takes; the detail names the limit.",
)
ADDRESS_TOO_LONG = define(
    "address-too-long",
    414,
    "Address too long",
    "The path and query together may have about 8,000 characters. Send what is long in a body.",
)
UNSUPPORTED_MEDIA_TYPE = define(
    "unsupported-media-type",
    415,
    "Unsupported media type",
    "Send the body in a format this address takes, named by `Content-Type`; usually `application/json`.",
)
RANGE_NOT_SATISFIABLE = define(
    "range-not-satisfiable",
    416,
    "Range not satisfiable",
    "The file does not have the bytes that `Range` asks for; `Content-Range` says how long it is.",
)
INVALID = define(
    "invalid-request",
    422,
    "Invalid request",
    "The request was read but some fields do not hold. `errors` lists each with a JSON pointer, a code and the mend.",
)
KEY_REUSED = define(
    "idempotency-key-reused",
    422,
    "Idempotency key reused",
    "This `Idempotency-Key` was already used for a different request. Use a new key for a new request.",
)
PRECONDITION_REQUIRED = define(
    "precondition-required",
    428,
    "If-Match required",
    "A change needs `If-Match` with the `ETag` you read, so that nobody's change is overwritten unseen.",
)
TOO_MANY = define(
    "too-many-requests",
    429,
    "Too many requests",
    "This key has called as often as it may for now. Wait as `Retry-After` says; `RateLimit` in every answer tells how "
    "many calls are left, `RateLimit-Policy` how many there are a minute.",
)
HEADERS_TOO_LARGE = define(
    "headers-too-large",
    431,
    "Headers too large",
    "A request may have 64 headers of about 8,000 characters each, and 64 KiB of them in all.",
)
INTERNAL = define(
    "internal-error",
    500,
    "Internal error",
    "A fault of the service, not of the request; nothing was stored. Report the `request_id`.",
)
BUSY = define(
    "busy",
    503,
    "Busy",
    "The service cannot do this now. Repeat the request as `Retry-After` says.",
)
STORAGE_FAILING = define(
    "storage-failing",
    503,
    "Storage failing",
    "The disk under the service fails or cannot be written; nothing was stored. Repeat the request as `Retry-After` "
    "says: it works again once the disk does. The operator must look at the disk; `/health/ready` says how it is.",
)
FULL = define(
    "storage-full",
    507,
    "Storage full",
    "No space is left to store this; nothing was stored, reading still works. The operator must free space.",
)

BY_STATUS = {
    kind.status: kind
    for kind in (
        MALFORMED,
        UNAUTHENTICATED,
        FORBIDDEN,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        CONFLICT,
        PRECONDITION_FAILED,
        TOO_LARGE,
        ADDRESS_TOO_LONG,
        UNSUPPORTED_MEDIA_TYPE,
        RANGE_NOT_SATISFIABLE,
        INVALID,
        PRECONDITION_REQUIRED,
        TOO_MANY,
        HEADERS_TOO_LARGE,
        INTERNAL,
        BUSY,
        FULL,
    )
}
"""The general kind of each status, for errors that come from below."""
