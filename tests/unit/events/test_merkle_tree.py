"""The tree's root is that of RFC 6962, section 2.1, whose recursive definition stands here as the oracle."""

import hashlib

from service.events.merkle_tree import MerkleTree


def by_definition(entries: list[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    half = 1
    while half * 2 < len(entries):
        half *= 2
    return hashlib.sha256(b"\x01" + by_definition(entries[:half]) + by_definition(entries[half:])).digest()


def test_the_root_is_that_of_the_definition_for_every_size() -> None:
    tree = MerkleTree()
    entries: list[bytes] = []
    for number in range(130):
        assert (tree.size, tree.root) == (number, by_definition(entries))
        entries.append(str(number).encode())
        tree.append(entries[-1])


def test_the_root_is_that_of_published_vectors() -> None:
    """The roots of certificate-transparency-go's test tree, merkle/testonly/constants.go."""
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tree = MerkleTree()
    for entry in entries:
        tree.append(bytes.fromhex(entry))
    assert tree.root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
