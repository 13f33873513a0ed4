"""The OpenID Connect provider people come from: where to send them, what its code is worth, which tokens are its own.

Signatures, claims and the parameters of requests are the work of `authlib` and `joserfc`; here is what they ask to be
told: the provider's own description, its keys, the nonce and the verifier that belong to one sign-in. Those libraries
take long to load, so this module is loaded where a provider is configured and nowhere else.
"""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from service.access.signing_in import ProviderUnreachable, SignIn, TokenRefused, is_private

Claims = Mapping[str, Any]

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures by a key that only the provider has: never `none`, never a secret that is shared."""

SECONDS = 5.0
"""How long one question to the provider may take."""

KNOWN_SECONDS = 600.0
"""How long its description and keys are known before they are asked for again."""

RETRY_SECONDS = 10.0
"""Least time between two questions for keys that a token names and nobody knows, or after a failure."""

MOST_BYTES = 1_000_000


class IdentityProvider:
    """One provider, by its issuer; asked over HTTPS, or without on this machine.

    audience: what access tokens sent as `Bearer` must be made for, empty: none is taken. skew: seconds by which the
    clocks may differ.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str, audience: str, skew: int) -> None:
        """Remember the provider; it is asked when it is needed first."""
        self.issuer = issuer
        self.audience = audience
        self._client_id = client_id
        self._client_secret = client_secret
        self._skew = skew
        self._asking = threading.Lock()
        self._known: tuple[dict[str, Any], KeySet] | None = None
        self._tried_at = self._learned_at = float("-inf")

    def address(self, sign_in: SignIn, back: str) -> str:
        """Return where to send a browser that wants to sign in; `back` is where the provider sends it after.

        Raises ProviderUnreachable.
        """
        described, _ = self._description(KNOWN_SECONDS)
        address: str = prepare_grant_uri(
            described["authorization_endpoint"],
            self._client_id,
            "code",
            redirect_uri=back,
            scope="openid profile email",
            state=sign_in.state,
            nonce=sign_in.nonce,
            code_challenge=create_s256_code_challenge(sign_in.verifier),
            code_challenge_method="S256",
        )
        return address

    def redeem(self, code: str, sign_in: SignIn, back: str) -> Claims:
        """Return the claims of the ID token that a code is worth. Raises TokenRefused, ProviderUnreachable."""
        described, _ = self._description(KNOWN_SECONDS)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": sign_in.verifier,
        }
        answer = self._post(described, form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise TokenRefused("the provider gave no ID token")
        told = {"nonce": sign_in.nonce, "client_id": self._client_id, "access_token": answer.get("access_token")}
        return self._verified(token, self._client_id, told)

    def bearer(self, token: str) -> Claims:
        """Return the claims of an access token made for this service. Raises TokenRefused, ProviderUnreachable."""
        if not self.audience:
            raise TokenRefused("access tokens are not taken here")
        return self._verified(token, self.audience, {})

    def _verified(self, token: str, audience: str, told: dict[str, Any]) -> Claims:
        decoded = self._decoded(token)
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "sub": {"essential": True},
            "aud": {"essential": True, "value": audience},
            "exp": {"essential": True},
            "iat": {"essential": True},
        }
        try:
            claims = CodeIDToken(decoded.claims, decoded.header, options, told)
            claims.validate(leeway=self._skew)
        except ExpiredTokenError as error:
            raise TokenRefused("the token is over") from error
        except (JoseError, ValueError, TypeError) as error:
            raise TokenRefused(str(error)) from error
        return dict(decoded.claims)

    def _decoded(self, token: str) -> jwt.Token:
        """Check the signature; where it names no key that is known, ask once whether there are new ones."""
        for age in (KNOWN_SECONDS, RETRY_SECONDS):
            _, keys = self._description(age)
            try:
                return jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError, TypeError) as error:
                fault = error
        raise TokenRefused(str(fault)) from fault

    def _description(self, age: float) -> tuple[dict[str, Any], KeySet]:
        """Return the provider's description and keys, not older than `age` seconds, or as they were last known."""
        with self._asking:  # one asks, the others take what it learns
            now = time.monotonic()
            is_known = self._known is not None and now - self._learned_at < age
            if not is_known and now - self._tried_at >= RETRY_SECONDS:
                self._tried_at = now
                try:
                    self._known, self._learned_at = self._learned(), now
                except ProviderUnreachable:
                    if self._known is None:
                        raise
            if self._known is None:
                raise ProviderUnreachable(f"{self.issuer} did not answer a moment ago")
            return self._known

    def _learned(self) -> tuple[dict[str, Any], KeySet]:
        described = _asked(urllib.request.Request(get_well_known_url(self.issuer, external=True)))  # noqa: S310
        if described.get("issuer") != self.issuer:
            raise ProviderUnreachable(f"{self.issuer} says that it is {described.get('issuer')}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_private(str(described.get(name, ""))):
                raise ProviderUnreachable(f"{self.issuer}: {name} is no https address")
        found = _asked(urllib.request.Request(described["jwks_uri"]))  # noqa: S310
        try:
            return described, KeySet.import_key_set(cast("Any", found))  # which checks it
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderUnreachable(f"{self.issuer}: its keys cannot be read: {error}") from error

    def _post(self, described: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
        address, body = described["token_endpoint"], urlencode(form)
        methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        client = ClientAuth(self._client_id, self._client_secret, method if self._client_secret else "none")
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        address, headers, body = client.prepare("POST", address, headers, body)
        return _asked(urllib.request.Request(address, body.encode(), headers))  # noqa: S310 - https, see _learned


def _asked(request: urllib.request.Request) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - https, see is_private
            content = json.loads(answer.read(MOST_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            if request.data is not None and error.code in (400, 401):
                raise TokenRefused(f"the provider refused the code: {_reason(error.read(2000))}") from error
            raise ProviderUnreachable(f"{request.full_url} answered {error.code}") from error
    except (OSError, ValueError) as error:
        raise ProviderUnreachable(f"{request.full_url}: {error}") from error
    if not isinstance(content, dict):
        raise ProviderUnreachable(f"{request.full_url} answered no JSON object")
    return content


def _reason(content: bytes) -> str:
    try:
        return str(json.loads(content)["error"])[:100]
    except (ValueError, KeyError, TypeError):
        return "without a reason"
