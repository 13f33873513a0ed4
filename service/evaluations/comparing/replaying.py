"""Replays: an evaluation computed again from its stored inputs, and compared with what was stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from service import ENGINE_VERSION
from service.evaluations.comparing.differences import differences
from service.evaluations.comparing.models import Replay
from service.evaluations.comparing.sides import side_of
from service.evaluations.computing import answer_of, in_turn, require_bounded
from service.evaluations.evaluation_body import Envelope, body_of, digest_of
from service.evaluations.looking import looking
from service.events import service as events
from service.kit import ids
from service.kit.transaction import Actor, Transaction

SHOWN = 20
"""Differences kept with a replay."""

ANSWER = ("measurement", "options", "comparison", "recommendation")
"""Parts of a body that the workflow computes."""


@dataclass(frozen=True)
class Recomputed:
    """What computing an evaluation again gave."""

    engine_version_before: str
    digest: str
    intact: bool
    differences: list[dict[str, Any]]


@contextmanager
def recomputed(actor: Actor, evaluation_id: str) -> Iterator[Recomputed]:
    """Compute an evaluation again. Raises Problem 404, 409 where it is not completed."""
    with looking(actor) as tx:
        side = side_of(tx, evaluation_id)
    require_bounded(side.estimated_seconds)
    with in_turn():
        answer = answer_of(side.materials)
    again = body_of(Envelope(), replace(side.inputs, engine_version=ENGINE_VERSION), answer)
    found = differences({name: side.body[name] for name in ANSWER}, {name: again[name] for name in ANSWER})
    yield Recomputed(
        engine_version_before=side.inputs.engine_version,
        digest=again["digest"],
        intact=digest_of(side.body) == side.body["digest"],
        differences=list(islice(found, SHOWN)),
    )


def keep(tx: Transaction, evaluation_id: str, found: Recomputed) -> Replay:
    """Store a replay."""
    row = Replay(
        id=ids.new("er"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        evaluation_id=evaluation_id,
        engine_version=ENGINE_VERSION,
        evaluation_engine_version=found.engine_version_before,
        digest=found.digest,
        intact=found.intact,
        identical=not found.differences,
        differences=found.differences,
    )
    tx.session.add(row)
    events.append(tx, "evaluation.replayed", evaluation_id, after={"digest": row.digest, "identical": row.identical})
    return row
