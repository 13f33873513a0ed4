"""The root of a Merkle tree over a growing list (RFC 6962, 2.1), computed as the entries come by."""

import hashlib
from typing import Final

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


class MerkleTree:
    """A tree that entries are appended to; it keeps the roots of its full subtrees only, at most 64.

    root: hash of all entries so far; of none, the SHA-256 of nothing. size: how many there are.
    """

    def __init__(self) -> None:
        """Begin without entries."""
        self.size = 0
        self._subtrees: list[tuple[int, bytes]] = []

    def append(self, entry: bytes) -> None:
        """Add an entry at the end."""
        height, node = 0, hashlib.sha256(_LEAF + entry).digest()
        while self._subtrees and self._subtrees[-1][0] == height:
            node = _joined(self._subtrees.pop()[1], node)
            height += 1
        self._subtrees.append((height, node))
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root: 32 bytes."""
        if not self._subtrees:
            return hashlib.sha256(b"").digest()
        node = self._subtrees[-1][1]
        for _, left in reversed(self._subtrees[:-1]):
            node = _joined(left, node)
        return node


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
