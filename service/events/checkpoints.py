"""Checkpoints: what the chain of events was at a time, signed, to be kept where nobody who can change the database can.

A checkpoint is a signed note (https://c2sp.org/signed-note) with the body of https://c2sp.org/tlog-checkpoint: the
origin, the number of events, and the root of the Merkle tree (RFC 6962) over their hashes. The key is Ed25519.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_ED25519 = b"\x01"
_ID_BYTES = 4
_SIGNATURE_LINE = re.compile(r"— (\S+) (\S+)")


class NotACheckpoint(Exception):  # noqa: N818
    """The text is not a checkpoint that this organization's key signed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """size: how many events there were. root: of the tree over their hashes, 32 bytes."""

    size: int
    root: bytes


class Signer:
    """The checkpoint key of one organization, derived from its signing key, so that nothing more need be kept."""

    def __init__(self, organization_id: str, signing_key: bytes) -> None:
        """Derive the key: HKDF (RFC 5869) of the organization's 32 secret bytes."""
        derive = HKDF(hashes.SHA256(), 32, salt=None, info=f"crossover checkpoint {organization_id}".encode())
        self.origin = f"crossover/{organization_id}"
        self._key = Ed25519PrivateKey.from_private_bytes(derive.derive(signing_key))
        self._public = _ED25519 + self._key.public_key().public_bytes_raw()
        self._key_id = hashlib.sha256(f"{self.origin}\n".encode() + self._public).digest()[:_ID_BYTES]

    @property
    def verifier_key(self) -> str:
        """The public key as a signed note's verifier takes it: `<name>+<key id>+<key>`."""
        return f"{self.origin}+{self._key_id.hex()}+{base64.b64encode(self._public).decode()}"

    def signed(self, checkpoint: Checkpoint) -> str:
        """Return the checkpoint as a signed note."""
        body = f"{self.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"
        signature = base64.b64encode(self._key_id + self._key.sign(body.encode())).decode()
        return f"{body}\n— {self.origin} {signature}\n"

    def opened(self, note: str) -> Checkpoint:
        """Return what a signed note says. Raises NotACheckpoint unless this organization's key signed it as it is."""
        body, separator, signatures = note.replace("\r\n", "\n").partition("\n\n")
        if not separator or not self._has_signed(f"{body}\n", signatures):
            raise NotACheckpoint(
                f"This is not a checkpoint signed by {self.verifier_key}. Send the file as it was exported, unchanged."
            )
        lines = body.split("\n")
        return Checkpoint(int(lines[1]), base64.b64decode(lines[2]))

    def _has_signed(self, body: str, signatures: str) -> bool:
        for line in signatures.split("\n"):
            found = _SIGNATURE_LINE.fullmatch(line)
            if found and found[1] == self.origin and self._is_mine(body, found[2]):
                return True
        return False

    def _is_mine(self, body: str, encoded: str) -> bool:
        try:
            signature = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return False
        if not hmac.compare_digest(signature[:_ID_BYTES], self._key_id):
            return False
        try:
            self._key.public_key().verify(signature[_ID_BYTES:], body.encode())
        except InvalidSignature:
            return False
        return True
