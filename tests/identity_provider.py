"""An OpenID Connect provider in a process of its own: `python -m tests.identity_provider PORT`.

It signs everybody in who asks, checks redirect address, client and PKCE as the standards say, rotates its keys and
lies where `POST /lie` tells it to.
"""

import base64
import hmac
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

from tests.processes import ROOT, free_port
from tests.waiting import eventually

CLIENT, SECRET = "crossover", "a secret : of %characters"
PERSON = {"sub": "u-17", "email": "ada@example.com", "groups": ["finance"], "org": "Example"}


@dataclass(frozen=True)
class Running:
    """A provider that is up."""

    issuer: str
    pid: int

    def lie(self, **lies: Any) -> None:  # noqa: ANN401
        """Have it say something else from now on: `claims` laid over the true ones, `key`, `error`, `rotate`."""
        self._post("/lie", lies)

    def token(self, **claims: Any) -> str:  # noqa: ANN401
        """Return a signed token with these claims over the usual ones."""
        return str(self._post("/sign", claims)["token"])

    def asked(self) -> int:
        """Return how often its keys were asked for."""
        with urllib.request.urlopen(f"{self.issuer}/asked") as answer:
            return int(json.load(answer)["keys"])

    def _post(self, path: str, body: object) -> Any:  # noqa: ANN401
        sent = urllib.request.Request(
            f"{self.issuer}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(sent) as answer:
            return json.load(answer)


@contextmanager
def running() -> Iterator[Running]:
    """Start a provider and stop it at the end."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.identity_provider", str(port)], cwd=ROOT)
    provider = Running(f"http://127.0.0.1:{port}", process.pid)

    def answers() -> bool:
        try:
            return provider.asked() == 0
        except OSError:
            return False

    try:
        eventually(answers)
        yield provider
    finally:
        process.terminate()
        process.wait()


class Provider:
    """What it knows while it runs."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys = [RSAKey.generate_key(2048, {"kid": "first"})]
        self.codes: dict[str, dict[str, str]] = {}
        self.lies: dict[str, Any] = {}
        self.asked = 0

    def sign(self, claims: dict[str, Any]) -> str:
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **PERSON}
        told = {**usual, **claims, **self.lies.get("claims", {})}
        told = {name: value for name, value in told.items() if value is not None}
        how, kid = self.lies.get("key"), str(self.keys[-1].kid)
        if how == "none":
            return f"{_signed_part({'alg': 'none'}, told)}."
        if how == "shared":  # the public key taken for a shared secret
            signed = _signed_part({"alg": "HS256", "kid": kid}, told)
            return f"{signed}.{_encoded(hmac.digest(self.keys[-1].as_pem(private=False), signed.encode(), 'sha256'))}"
        key = RSAKey.generate_key(2048, {"kid": kid}) if how == "forged" else self.keys[-1]
        return str(jwt.encode({"alg": "RS256", "kid": kid}, told, key))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _signed_part(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))


def application(issuer: str) -> Flask:  # noqa: C901 - its addresses are functions of its own
    app, provider = Flask(__name__), Provider(issuer)

    @app.get("/.well-known/openid-configuration")
    def describe() -> Response:
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return jsonify({"issuer": issuer, **{name: f"{issuer}{path}" for name, path in places.items()}})

    @app.get("/keys")
    def keys() -> Response:
        provider.asked += 1
        return jsonify(KeySet(list(provider.keys)).as_dict(private=False))

    @app.get("/authorize")
    def authorize() -> Any:  # noqa: ANN401
        asked = request.args
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        provider.codes[code] = dict(asked)
        told = {"error": provider.lies["error"]} if "error" in provider.lies else {"code": code, "iss": issuer}
        return redirect(f"{asked['redirect_uri']}?{urlencode({**told, 'state': asked['state']})}")

    @app.post("/token")
    def token() -> Any:  # noqa: ANN401
        asked = provider.codes.pop(request.form["code"], None)
        if request.authorization is None or (request.authorization.username, request.authorization.password) != (
            CLIENT,
            SECRET,
        ):
            return {"error": "invalid_client"}, 401
        challenge = base64.urlsafe_b64encode(sha256(request.form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or challenge.decode() != asked["code_challenge"]:
            return {"error": "invalid_grant"}, 400
        if asked["redirect_uri"] != request.form["redirect_uri"]:
            return {"error": "invalid_grant"}, 400
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": provider.sign({"nonce": asked["nonce"]})}

    @app.post("/sign")
    def sign() -> Response:
        return jsonify({"token": provider.sign(dict(request.json or {}))})

    @app.post("/lie")
    def lie() -> Response:
        provider.lies = dict(request.json or {})
        if provider.lies.get("rotate"):
            provider.keys = [RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})]
        return jsonify({})

    @app.get("/asked")
    def asked() -> Response:
        return jsonify({"keys": provider.asked})

    return app


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    _port = int(sys.argv[1])
    make_server("127.0.0.1", _port, application(f"http://127.0.0.1:{_port}"), threaded=True).serve_forever()
