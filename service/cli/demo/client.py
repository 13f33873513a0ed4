"""A small client of the service's own API, as a script of a user would have it."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service.cli.exits import Refused
from service.cli.remote import refused

TIMEOUT_SECONDS = 600


class Client:
    """Calls the API at `url` with `key`."""

    def __init__(self, url: str, key: str) -> None:
        """Remember where and as whom."""
        self.url = url
        self.key = key

    def get(self, path: str) -> Any | None:  # noqa: ANN401 - whatever JSON holds
        """Return what is there, or None where nothing is."""
        try:
            return self._answer("GET", path, None, {})
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise refused(f"GET {path}", error) from error

    def page(self, path: str) -> str:
        """Return a page of HTML."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.key}"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - our own
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            raise refused(f"GET {path}", error) from error

    def post(self, path: str, document: object, once: str | None = None) -> Any:  # noqa: ANN401
        """Send JSON; return the answer. `once` is an idempotency key: the same call again gets the same answer."""
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": once} if once else {})}
        return self._post(path, json.dumps(document).encode(), headers)

    def upload(self, path: str, file: Path, headers: Mapping[str, str]) -> Any:  # noqa: ANN401
        """Send a file as the body, without holding it in memory; return the answer."""
        with file.open("rb") as body:
            return self._post(path, body, {**headers, "Content-Length": str(file.stat().st_size)})

    def _post(self, path: str, body: Any, headers: Mapping[str, str]) -> Any:  # noqa: ANN401
        try:
            return self._answer("POST", path, body, headers)
        except urllib.error.HTTPError as error:
            raise refused(f"POST {path}", error) from error

    def _answer(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Any:  # noqa: ANN401
        request = urllib.request.Request(self.url + path, body, dict(headers), method=method)  # noqa: S310 - our own
        request.add_header("Authorization", f"Bearer {self.key}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError:
            raise
        except OSError as error:
            raise Refused(f"{method} {path}: the server did not answer: {error}") from error
