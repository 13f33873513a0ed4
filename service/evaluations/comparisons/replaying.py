"""Replays: an evaluation computed again from its stored inputs, and compared with what was stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from service import ENGINE_VERSION
from service.evaluations.comparisons.differences import differences
from service.evaluations.comparisons.evidence import Evidence, evidence_of
from service.evaluations.comparisons.models import Replay
from service.evaluations.document import Envelope, body_of
from service.evaluations.engine import Allowance, require_bounded
from service.evaluations.looking import looking
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Actor, Transaction

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
    """Compute an evaluation again from what is stored of its inputs today, damaged or not.

    Raises Problem 404, 409 where it is not completed or what is stored cannot be read.
    """
    with looking(actor) as tx:
        evidence = evidence_of(tx, evaluation_id)
    require_bounded(evidence.estimated_seconds)
    answer = Allowance(actor).answer_of(evidence.materials)
    again = body_of(Envelope(), replace(evidence.found, engine_version=ENGINE_VERSION), answer)
    yield Recomputed(
        engine_version_before=evidence.inputs.engine_version,
        digest=again["digest"],
        intact=evidence.intact,
        differences=list(islice(_differences(evidence, again), SHOWN)),
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
    facts = {name: getattr(row, name) for name in ("digest", "intact", "identical")}
    events.append(tx, "evaluation.replayed", evaluation_id, after=facts)
    return row


def _differences(evidence: Evidence, again: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what differs: inputs that are no longer what was pinned, then the answer."""
    yield from evidence.changed_inputs()
    yield from differences({name: evidence.body.get(name) for name in ANSWER}, {name: again[name] for name in ANSWER})
