"""Planning a pool: its workloads, what each and all of them are computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from service.evaluations import histories
from service.evaluations.document import Pinned
from service.evaluations.engine import Materials, refusal
from service.evaluations.estimating import estimated_seconds
from service.evaluations.inputs import as_of, effective_policy, offers_of, pinned_sheets
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FieldError, Problem, invalid
from service.kit.http.query import schema_errors
from service.model_names import service as model_names
from service.policies import service as policies
from service.policies.policy_schema import merged as merged_documents
from service.policies.policy_schema import policy_document, policy_of
from service.pools.needs import strictest
from service.price_sheets.pinned import PinnedVersion
from service.workflow.errors import WorkflowError
from service.workflow.measure.window import span_of
from service.workflow.policy import Policy
from service.workflow.what_if.merging import common_form, merged
from service.workloads import service as workloads
from service.workloads.models import Workload


@dataclass(frozen=True)
class Pool:
    """A pool before it is computed: each workload alone, in the order named, and all of them together."""

    workloads: tuple[Workload, ...]
    histories: tuple[Pinned, ...]
    sheets: Sequence[PinnedVersion]
    alone: tuple[Materials, ...]
    together: Materials
    estimated_seconds: float

    @property
    def window(self) -> tuple[int, int]:
        """The time common to all, [start, end) in µs."""
        return span_of(self.together.history)


def planned(tx: Transaction, request: Mapping[str, Any]) -> Pool:
    """Load a pool: the newest history of each workload over their common time, offers in force or as pinned.

    Raises Problem 422 for a workload that is not there, other models, conflicting needs or no common time.
    """
    members = _members(tx, request["workload_ids"])
    pins = [histories.pinned(tx, workload.id, None) for workload in members]
    sheets, met = pinned_sheets(tx, members[0].model, request["price_sheet_versions"])
    offers = offers_of(sheets, met.names, as_of(tx, sheets, met.names))
    own = [effective_policy(tx, workload, request) for workload in members]
    shared = _shared_policy(tx, own, request)
    seconds = sum(estimated_seconds(pin.size, offers, shared) for pin in pins)
    loaded = [histories.load(tx, Pinned(pin.digest, pin.id)) for pin in pins]
    try:
        parts = common_form(loaded)
        whole = merged(parts)
    except WorkflowError as error:
        raise refusal(error) from error
    return Pool(
        workloads=tuple(members),
        histories=tuple(Pinned(pin.digest, pin.id) for pin in pins),
        sheets=sheets,
        alone=tuple(Materials(part, offers, policy) for part, policy in zip(parts, own, strict=True)),
        together=Materials(whole, offers, shared),
        estimated_seconds=2 * seconds,
    )


def _members(tx: Transaction, ids: Sequence[str]) -> list[Workload]:
    members = []
    for index, workload_id in enumerate(ids):
        try:
            members.append(workloads.get(tx, workload_id))
        except Problem as problem:
            raise invalid(FieldError(f"/workload_ids/{index}", "unknown_workload", problem.detail or "")) from problem
    known = model_names.names(tx)
    other = [i for i, one in enumerate(members) if not known.same(one.model, members[0].model)]
    if other:
        detail = f"Its model is not {members[0].model}; a reservation serves one model."
        raise invalid(*(FieldError(f"/workload_ids/{index}", "other_model", detail) for index in other))
    return members


def _shared_policy(tx: Transaction, own: Sequence[Policy], request: Mapping[str, Any]) -> Policy:
    base = policies.document_of(
        tx, preset=request["preset"], policy_id=request["policy_id"], number=request["policy_version"]
    )
    needs = strictest([policy_document(policy) for policy in own])
    try:
        return policy_of(merged_documents(base, request["policy"], needs))
    except ma.ValidationError as error:
        raise invalid(*schema_errors(error, at="/policy")) from error
