"""Checkpoints are signed notes: read here by the format's own rules, not by the code that wrote them."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from service.events.checkpoints import Checkpoint, NotACheckpoint, Signer

SIGNER = Signer("org_1", bytes(32))
CHECKPOINT = Checkpoint(7, bytes(range(32)))


def test_a_note_verifies_with_the_verifier_key_alone() -> None:
    text, _, signatures = SIGNER.signed(CHECKPOINT).rpartition("\n\n")
    name, key_id, key = SIGNER.verifier_key.split("+", 2)
    public = base64.b64decode(key)
    assert public[:1] == b"\x01"
    assert hashlib.sha256(f"{name}\n".encode() + public).hexdigest()[:8] == key_id
    dash, signed_by, encoded = signatures.removesuffix("\n").split(" ")
    assert (dash, signed_by) == ("—", name)
    signature = base64.b64decode(encoded)
    assert signature[:4].hex() == key_id
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], f"{text}\n".encode())
    assert text.split("\n") == [name, "7", base64.b64encode(CHECKPOINT.root).decode()]


def test_a_checkpoint_comes_back_as_it_was() -> None:
    note = SIGNER.signed(CHECKPOINT)
    assert SIGNER.opened(note) == CHECKPOINT
    assert SIGNER.opened(note.replace("\n", "\r\n")) == CHECKPOINT
    assert SIGNER.opened(note + "— witness.example AAAAAAAA\n") == CHECKPOINT


@pytest.mark.parametrize("place", range(0, 300, 3))
def test_a_changed_note_is_refused(place: int) -> None:
    note = SIGNER.signed(CHECKPOINT)
    place %= len(note) - 1
    other = "A" if note[place] != "A" else "B"
    with pytest.raises(NotACheckpoint, match="unchanged"):
        SIGNER.opened(note[:place] + other + note[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "\n\n", "x", "a\n\n— crossover/org_1 =", "crossover/org_1\n5\n\n— crossover/org_1 AA=="]
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NotACheckpoint):
        SIGNER.opened(text)


def test_another_organizations_checkpoint_is_refused() -> None:
    with pytest.raises(NotACheckpoint):
        SIGNER.opened(Signer("org_2", bytes(32)).signed(CHECKPOINT))
    with pytest.raises(NotACheckpoint):
        SIGNER.opened(Signer("org_1", b"\x01" * 32).signed(CHECKPOINT))
