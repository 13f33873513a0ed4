"""A service elsewhere, called over its REST API: what commands that need a server speak through."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPMessage
from typing import IO, Any

from service.cli.exits import Refused

TIMEOUT_SECONDS = 120

LOOPBACK = ("localhost", "127.0.0.1", "::1")

Json = dict[str, Any]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nowhere: a key is shown to the address it was meant for, and to no other."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Return no request to go on with."""


@dataclass(frozen=True)
class Remote:
    """The service at `address`, as the holder of `key`. Raises Refused with what a problem document says."""

    address: str
    key: str

    def __post_init__(self) -> None:
        """Refuse an address that would show the key to whoever listens."""
        parts = urllib.parse.urlsplit(self.address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise Refused(f"{self.address}: name an address that begins with https:// (http:// only on this machine).")

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Json:
        """Return what is there."""
        return dict(json.loads(self.call("GET", _with(path, query))[0]))

    def every(self, path: str, query: Mapping[str, object]) -> Iterator[Json]:
        """Yield the items of all pages of a list."""
        found = self.get(path, query)
        yield from found["items"]
        while found["next"] is not None:
            found = self.get(found["next"])
            yield from found["items"]

    def post(self, path: str, body: object, match: str | None = None) -> Json:
        """Send JSON; return the answer. match: the tag that the resource must have."""
        headers = {"Content-Type": "application/json"} | ({} if match is None else {"If-Match": match})
        return dict(json.loads(self.call("POST", path, json.dumps(body).encode(), headers)[0]))

    def tag(self, path: str) -> str:
        """Return the present tag of a resource."""
        return self.call("GET", path)[1]["ETag"] or "*"

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[bytes, HTTPMessage]:
        """Return body and headers of the answer."""
        url = f"{self.address.rstrip('/')}{path}"
        request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - checked above
        request.add_header("Authorization", f"Bearer {self.key}")
        try:
            with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                raise refused(f"{method} {path}", error) from error
        except OSError as error:
            raise Refused(f"{method} {path}: {self.address} does not answer: {error}") from error


def refused(what: str, error: urllib.error.HTTPError) -> Refused:
    """Return a problem document as the lines of a refusal."""
    try:
        problem = json.load(error)
        faults = [f"{fault['pointer']}: {fault['detail']}" for fault in problem["errors"]]
        return Refused(f"{what}: {error.code} {problem['detail']}", *faults)
    except (ValueError, KeyError, TypeError):
        return Refused(f"{what}: {error.code}")


def _with(path: str, query: Mapping[str, object] | None) -> str:
    said = {name: str(value) for name, value in (query or {}).items() if value is not None}
    return f"{path}?{urllib.parse.urlencode(said)}" if said else path
