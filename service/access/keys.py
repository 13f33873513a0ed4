"""The spelling of API keys: `co_<id>_<secret>_<checksum>`.

id: the key's identifier without its `key_`. secret: 256 random bits in hex. checksum: CRC-32 of what stands before
it, so that a mistyped key is refused without a query and a leaked one is found by scanners.
"""

import hashlib
import re
import secrets
import zlib
from dataclasses import dataclass, field

from service.kit import ids

PREFIX = "key"

_SPELLING = re.compile(rf"co_(?P<id>{ids.SUFFIX})_(?P<secret>[0-9a-f]{{64}})_(?P<checksum>[0-9a-f]{{8}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A key as its holder has it."""

    key_id: str
    secret: str = field(repr=False)

    @property
    def secret_digest(self) -> bytes:
        """What is stored of the secret: a fast hash is enough for 256 random bits (ASVS 6.5.2)."""
        return hashlib.sha256(self.secret.encode()).digest()

    def spelled(self) -> str:
        """Return the whole key."""
        body = f"co_{self.key_id.removeprefix('key_')}_{self.secret}"
        return f"{body}_{_checksum(body)}"


def new() -> Token:
    """Return a new random key."""
    return Token(ids.new(PREFIX), secrets.token_hex(32))


def parse(text: str) -> Token | None:
    """Return the key spelled by `text`, or None where it cannot be one."""
    match = _SPELLING.fullmatch(text)
    if match is None or _checksum(text.rpartition("_")[0]) != match["checksum"]:
        return None
    return Token(f"{PREFIX}_{match['id']}", match["secret"])


def of_header(authorization: str) -> Token | None:
    """Return the key of an `Authorization` header, or None where it holds none."""
    scheme, _, text = authorization.partition(" ")
    return parse(text.strip()) if scheme.lower() == "bearer" else None


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
