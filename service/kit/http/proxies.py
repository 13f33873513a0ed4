"""Behind reverse proxies: what they say about the caller is believed by count, and every address carries the prefix.

Everything else in the service names addresses from its own root, such as `/v1/workloads`; where it is served below a
prefix, such as `/crossover`, the prefix is put before them here and nowhere else, on the way out.
"""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*", re.ASCII)
"""How a prefix is spelled: nothing, or path segments of characters that need no quoting anywhere."""

_REFERENCES = re.compile(rb'(?<=[ \n])(href|src|action|data-document)="(/[^"/][^"]*|/)"')

_DESCRIPTION = "api-docs.openapi_json"


class Prefixed:
    """WSGI application below a prefix, whether or not the proxy takes the prefix off before it asks."""

    def __init__(self, application: "WSGIApplication", prefix: str) -> None:
        """Remember what is served below `prefix`, empty: below what a trusted proxy says."""
        self._application = application
        self._prefix = prefix

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve a request with the prefix as its `SCRIPT_NAME`."""
        prefix = (self._prefix or environ.get("SCRIPT_NAME", "")).rstrip("/")
        prefix = prefix if PREFIX.fullmatch(prefix) else ""
        path = environ.get("PATH_INFO", "")
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        environ["SCRIPT_NAME"] = prefix
        return self._application(environ, start_response)


def trust(app: Flask, proxies: int, prefix: str) -> None:
    """Serve `app` below a prefix and behind that many proxies, each of which sets `X-Forwarded-*`; 0: believe none.

    Of each header the value that the outermost trusted proxy wrote is taken: what a caller sent stands before it.
    """
    app.wsgi_app = Prefixed(app.wsgi_app, prefix)  # type: ignore[method-assign]
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=proxies
        )
    app.after_request(_with_prefix)


def cookie_path() -> str:
    """Return the path that a cookie of this service is for."""
    return request.script_root or "/"


def _with_prefix(response: Response) -> Response:
    """Put the prefix before every address of this service in the headers, a page or the description of the API."""
    prefix = request.script_root
    if not prefix:
        return response
    if "Location" in response.headers:
        response.headers["Location"] = _under(prefix, response.headers["Location"])
    if response.mimetype == "text/html" and not response.direct_passthrough and not response.is_streamed:
        _put(response, _REFERENCES.sub(lambda found: _reference(prefix, found), response.get_data()))
    elif request.endpoint == _DESCRIPTION and response.status_code == 200:
        document: Any = json.loads(response.get_data())  # our own, and as it is
        _put(response, json.dumps({**document, "servers": [{"url": prefix}]}).encode())
    return response


def _put(response: Response, content: bytes) -> None:
    if request.method != "HEAD" or content:
        response.set_data(content)


def _reference(prefix: str, found: re.Match[bytes]) -> bytes:
    return found[1] + b'="' + _under(prefix, found[2].decode()).encode() + b'"'


def _under(prefix: str, address: str) -> str:
    """Return an address of this service with the prefix; one that has it, or leads elsewhere, as it is."""
    has_it = address == prefix or address.startswith((f"{prefix}/", f"{prefix}?", f"{prefix}#"))
    return address if has_it or not address.startswith("/") or address.startswith("//") else prefix + address
