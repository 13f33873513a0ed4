"""What a sign-in through a provider carries and how it ends without one; also where no provider is configured."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit


class ProviderUnreachable(Exception):  # noqa: N818
    """The provider does not answer, or not with what OpenID Connect says."""


class TokenRefused(Exception):  # noqa: N818
    """A token or a code is not valid; the message says why."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What one sign-in keeps with its browser until the provider sends that back."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def is_private(address: str) -> bool:
    """Tell whether nobody on the way can read what is sent to an address: it is https, or on this machine."""
    target = urlsplit(address)
    return bool(target.hostname) and (
        target.scheme == "https" or (target.scheme == "http" and target.hostname in ("localhost", "127.0.0.1", "::1"))
    )
