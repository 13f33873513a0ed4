"""The body of an evaluation, and its digest: the same inputs give the same digest in every database and without one.

The digest is the SHA-256 of the RFC 8785 form of the body without what only names rows of one database: the envelope,
the digest itself, and the ids and versions among the inputs. docs/evaluations.md shows how to check it by hand.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from service.kit import canonical_json
from service.workflow.document import Answer

ENVELOPE = ("id", "workload_id", "version", "state", "created_at")
"""Fields that name the row, not the answer."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """One input by what it is: its digest; and by where it is kept: id and version, None outside a database."""

    digest: str
    id: str | None = None
    version: int | None = None


@dataclass(frozen=True)
class Inputs:
    """Everything an answer depends on.

    model: its name in small letters, None takes every offer. spellings: its other names among the offers.
    as_of: the day for which offers that come and go were chosen, None where all of them were. policy: the effective one
    as JSON. remarks: on the traffic and the offers, as JSON (see workflow.remarks).
    """

    traffic_history: Pinned
    price_sheets: tuple[Pinned, ...]
    model: str | None
    policy: dict[str, Any]
    engine_version: str
    seed: int
    as_of: date | None = None
    remarks: tuple[dict[str, Any], ...] = ()
    spellings: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Inputs":
        """Return the inputs that `document()` wrote."""
        history, as_of = document["traffic_history"], document["as_of"]
        return cls(
            traffic_history=Pinned(history["digest"], history["id"]),
            price_sheets=tuple(Pinned(s["digest"], s["id"], s["version"]) for s in document["price_sheets"]),
            model=document["model"],
            policy=document["policy"],
            engine_version=document["engine_version"],
            seed=document["seed"],
            as_of=None if as_of is None else date.fromisoformat(as_of),
            remarks=tuple(document.get("remarks", ())),
            spellings=tuple(document.get("spellings", ())),
        )

    def document(self) -> dict[str, Any]:
        """Return the inputs as JSON, price sheets in the order of their digests."""
        sheets = sorted(self.price_sheets, key=lambda sheet: sheet.digest)
        spellings = {"spellings": list(self.spellings)} if self.spellings else {}
        return {
            "traffic_history": {"id": self.traffic_history.id, "digest": self.traffic_history.digest},
            "price_sheets": [{"id": sheet.id, "version": sheet.version, "digest": sheet.digest} for sheet in sheets],
            "model": self.model,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "policy": self.policy,
            "engine_version": self.engine_version,
            "seed": self.seed,
            "remarks": list(self.remarks),
            **spellings,
        }

    @property
    def names(self) -> frozenset[str] | None:
        """All names of the model, None where every offer is taken."""
        return None if self.model is None else frozenset({self.model, *self.spellings})

    @property
    def key(self) -> str:
        """Digest of the inputs without ids and versions: equal keys have equal answers."""
        return canonical_json.digest(canonical_json.dumps(_nameless(self.document())))


@dataclass(frozen=True, slots=True)
class Envelope:
    """Which row the answer is; all None but the state where it is not stored. `created_at` is RFC 3339 UTC."""

    state: str = "completed"
    id: str | None = None
    workload_id: str | None = None
    version: int | None = None
    created_at: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the envelope's fields as JSON."""
        return {name: getattr(self, name) for name in ENVELOPE}


def body_of(envelope: Envelope, inputs: Inputs, answer: Answer) -> dict[str, Any]:
    """Return the whole body: envelope, inputs, the workflow's answer, digest."""
    body = envelope.document() | {"inputs": inputs.document()} | answer.document()
    return body | {"digest": digest_of(body)}


def digest_of(body: dict[str, Any]) -> str:
    """Return the digest of a body, as `sha256:<hex>`; what only names rows does not count."""
    content = {name: value for name, value in body.items() if name not in (*ENVELOPE, "digest")}
    content["inputs"] = _nameless(body["inputs"])
    return canonical_json.digest(canonical_json.dumps(content))


def _nameless(inputs: dict[str, Any]) -> dict[str, Any]:
    return inputs | {
        "traffic_history": {"digest": inputs["traffic_history"]["digest"]},
        "price_sheets": [{"digest": sheet["digest"]} for sheet in inputs["price_sheets"]],
    }
