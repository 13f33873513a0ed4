"""Evidence: a completed evaluation as it is stored today, held against what its own digests say of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.evaluations import queries, service
from service.evaluations.comparisons.sides import not_completed
from service.evaluations.document import Envelope, Inputs, digest_of
from service.evaluations.engine import Materials
from service.evaluations.inputs import materials_now
from service.evaluations.integrity import decoding
from service.evaluations.models import EvaluationResult, StoredEvaluation
from service.kit import canonical_json
from service.kit.db.transaction import Transaction
from service.kit.http.fields import rfc3339


@dataclass(frozen=True)
class Evidence:
    """What is stored of an evaluation.

    inputs: as pinned. found: the same with the digests of what is stored today. body: the stored answer. sound:
    whether the stored rows and bytes agree with their digests and with each other, inputs apart.
    """

    inputs: Inputs
    found: Inputs
    materials: Materials
    body: dict[str, Any]
    sound: bool
    estimated_seconds: float

    @property
    def intact(self) -> bool:
        """Whether everything is what was stored once."""
        return self.sound and self.found == self.inputs

    def changed_inputs(self) -> Iterator[dict[str, Any]]:
        """Yield the digest, before and today, of each input that is no longer what was pinned, by JSON pointer."""
        places = [("traffic_history", self.inputs.traffic_history, self.found.traffic_history)]
        pairs = zip(self.inputs.price_sheets, self.found.price_sheets, strict=True)
        places += [(f"price_sheets/{index}", pinned, found) for index, (pinned, found) in enumerate(pairs)]
        for place, pinned, found in places:
            if pinned.digest != found.digest:
                yield {"pointer": f"/inputs/{place}/digest", "before": pinned.digest, "after": found.digest}


def evidence_of(tx: Transaction, evaluation_id: str) -> Evidence:
    """Load a completed evaluation. Raises Problem 404, 409 where it is not completed or cannot be read."""
    evaluation, result = service.get(tx, evaluation_id), queries.result(tx, evaluation_id)
    if result is None:
        raise not_completed(evaluation_id)
    with decoding(f"evaluation {evaluation_id}"):
        inputs = Inputs.of(evaluation.inputs)
        body = dict(json.loads(result.content))
    materials, found = materials_now(tx, inputs)
    sound = _is_sound(evaluation, result, inputs, body)
    return Evidence(inputs, found, materials, body, sound, evaluation.estimated_seconds)


def _is_sound(evaluation: StoredEvaluation, result: EvaluationResult, inputs: Inputs, body: dict[str, Any]) -> bool:
    """Tell whether the bytes are canonical and say what the rows say: which evaluation, which inputs, which digest."""
    created_at = rfc3339(evaluation.created_at)
    envelope = Envelope("completed", evaluation.id, evaluation.workload_id, result.version, created_at)
    said = envelope.document() | {"inputs": inputs.document(), "digest": result.digest}
    return (
        all(body.get(name) == value for name, value in said.items())
        and digest_of(body) == result.digest
        and inputs.key == evaluation.input_key
        and canonical_json.dumps(body) == result.content
    )
