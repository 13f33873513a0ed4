"""A browser without a screen: signed in by a key, sending forms as pages carry them."""

import re
from dataclasses import dataclass
from typing import Any

from werkzeug.test import Client, TestResponse

from tests.clients import ApiClient

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@dataclass(frozen=True)
class Browser:
    """A browser with a session."""

    client: Client

    @classmethod
    def of(cls, api: ApiClient, role: str | None = None) -> "Browser":
        """Sign in with the client's own key, or with a new one of this role."""
        key = api.key if role is None else api.post("/v1/api-keys", json={"name": role, "role": role}).json["key"]
        browser = cls(api.app.test_client())
        assert browser.client.post("/sign-in", data={"key": key}).status_code == 303
        return browser

    def get(self, address: str) -> TestResponse:
        """Open a page."""
        return self.client.get(address, headers=HTML)

    def send(self, address: str, **fields: Any) -> TestResponse:  # noqa: ANN401 - text, or a file as werkzeug takes it
        """Send a form of this session."""
        return self.client.post(address, data={"token": self.token} | fields, headers=HTML)

    @property
    def token(self) -> str:
        """The token that the forms of this session carry."""
        found = re.search(r'name="token" value="(\w+)"', self.get("/workloads").text)
        assert found is not None
        return found[1]
