"""Checking that the chain of events is whole, and that it continues what a checkpoint once said."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from service.events import queries
from service.events.checkpoints import Checkpoint
from service.events.merkle_tree import MerkleTree
from service.events.models import Event
from service.events.service import GENESIS, chained
from service.kit.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain first fails. sequence: of the event that should stand there. detail: what is wrong."""

    sequence: int
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The state of the chain.

    size: events that hold, from the first on. root: of the Merkle tree over their hashes. first_break: None where the
    chain is whole.
    """

    size: int
    root: bytes
    first_break: Break | None

    @property
    def is_intact(self) -> bool:
        """Whether nothing was changed, removed, inserted or cut off, as far as can be known."""
        return self.first_break is None

    @property
    def checkpoint(self) -> Checkpoint:
        """What holds, to be signed and kept."""
        return Checkpoint(self.size, self.root)


def verify(tx: Transaction, against: Checkpoint | None = None) -> Verification:
    """Check every event of the organization in order.

    against: a checkpoint kept elsewhere. Without one, a tail cut off cleanly, or a chain written anew from some event
    to its end, cannot be told from the truth.
    """
    try:
        return _verified(tx, against, at_once=500)
    except ValueError:
        return _verified(tx, against, at_once=1)  # names the very row that cannot be read


def _verified(tx: Transaction, against: Checkpoint | None, *, at_once: int) -> Verification:
    tree, previous, then = MerkleTree(), GENESIS, None
    found: Break | None = None
    with closing(queries.chain(tx, at_once)) as chain:
        while found is None and (event := _next(chain, tree.size + 1, exact=at_once == 1)) is not None:
            found = event if isinstance(event, Break) else _fault(event, tree.size + 1, previous)
            if isinstance(event, Event) and found is None:
                tree.append(bytes.fromhex(event.hash.removeprefix("sha256:")))
                previous = event.hash
                if against is not None and tree.size == against.size:
                    then = tree.root
    if found is None and against is not None and against.size > 0:
        found = _contradiction(against, tree.size, then)
    return Verification(tree.size, tree.root, found)


def _next(chain: Iterator[Event], expected: int, *, exact: bool) -> Event | Break | None:
    try:
        return next(chain, None)
    except ValueError:
        if not exact:
            raise
        return Break(expected, f"Event {expected} is not what was written: it cannot even be read.")


def _fault(event: Event, expected: int, previous: str) -> Break | None:
    if event.sequence != expected:
        missing = "is missing" if event.sequence > expected else "is out of order"
        return Break(expected, f"Event {expected} {missing}: event {event.sequence} stands where it should be.")
    if event.hash != chained(previous, event):
        return Break(expected, f"Event {expected} is not what was written: its hash does not fit it and those before.")
    return None


def _contradiction(checkpoint: Checkpoint, size: int, root: bytes | None) -> Break | None:
    if size < checkpoint.size:
        told = f"There are {size} events; the checkpoint was made of {checkpoint.size}: the tail was cut off."
        return Break(size + 1, told)
    if root != checkpoint.root:
        told = (
            f"Events 1 to {checkpoint.size} fit each other but not the checkpoint: the chain was written anew. "
            "An earlier checkpoint, or a copy, says from where on."
        )
        return Break(1, told)
    return None
