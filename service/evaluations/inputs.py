"""Pinning: from a request to inputs that name exactly what the answer will stand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import marshmallow as ma

from service import ENGINE_VERSION
from service.evaluations import histories
from service.evaluations.bought import with_commitments
from service.evaluations.document import Inputs, Pinned
from service.evaluations.engine import Materials, refusal
from service.evaluations.estimating import estimated_seconds
from service.evaluations.integrity import decoding, require_intact
from service.evaluations.met_names import Met, met
from service.evaluations.models import StoredEvaluation
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FieldError, invalid
from service.kit.http.query import schema_errors
from service.model_names import service as model_names
from service.model_names.names import key_of
from service.policies import service as policies
from service.policies.policy_schema import current, merged, policy_document, policy_of, stored_policy_of
from service.price_sheets import service as price_sheets
from service.price_sheets.offer_values import Model, nothing_for, settled_since
from service.price_sheets.pinned import PinnedVersion, pinned_versions, versions_in_force
from service.price_sheets.remarks import remarks_of_sheets
from service.workflow.errors import WorkflowError
from service.workflow.measure import seed_of
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.prepare import prepare, spelled
from service.workflow.remarks import Remark, remark_of
from service.workloads import service as workloads
from service.workloads.models import Workload

CHOICE = ("preset", "policy_id", "policy_version", "policy")
"""Fields of a request that choose the policy."""

NEWEST: dict[str, Any] = {"traffic_history_id": None, "price_sheet_versions": None}
"""The fields of a request that pin its other inputs, left to the newest and what is in force."""


@dataclass(frozen=True)
class Plan:
    """An evaluation about to be made.

    policy_choice: the policy as it was asked for. estimated_seconds: what computing it is expected to take.
    """

    workload_id: str
    inputs: Inputs
    policy_choice: dict[str, Any]
    estimated_seconds: float


def plan(tx: Transaction, workload_id: str, request: Mapping[str, Any]) -> Plan:
    """Pin what a request names, or what is newest and in force.

    request: the loaded NewEvaluationSchema. Raises Problem 404 for the workload, 422 for any input that there is not
    or that cannot be compared.
    """
    workload = workloads.get(tx, workload_id)
    policy = effective_policy(tx, workload, request)
    history = histories.pinned(tx, workload.id, request["traffic_history_id"])
    sheets, met = pinned_sheets(tx, workload.model, request["price_sheet_versions"])
    day = as_of(tx, sheets, met.names)
    offers = offers_of(sheets, met.names, day)
    try:
        market = prepare(offers, policy)
    except WorkflowError as error:
        raise refusal(error) from error
    policy, bought = with_commitments(tx, workload.id, spelled(policy, market[0]), offers, market)
    sheet_remarks = remarks_of_sheets([sheet.document for sheet in sheets], met.names, day)
    remarks = (*history.remarks, *met.remarks, *sheet_remarks, *bought)
    inputs = Inputs(
        traffic_history=Pinned(history.digest, history.id),
        price_sheets=tuple(Pinned(sheet.digest, sheet.id, sheet.version) for sheet in sheets),
        model=key_of(workload.model),
        spellings=met.spellings,
        as_of=day,
        policy=policy_document(policy),
        engine_version=ENGINE_VERSION,
        seed=seed_of(history, policy),
        remarks=tuple(remark.document() for remark in remarks),
    )
    choice = {name: request[name] for name in CHOICE}
    return Plan(workload.id, inputs, choice, estimated_seconds(history.size, offers, policy))


def materials_of(tx: Transaction, inputs: Inputs) -> Materials:
    """Load what stored inputs name. Raises Problem 409 where what is stored is not what was pinned."""
    history = histories.load(tx, inputs.traffic_history)
    sheets = _intact(_sheets(tx, inputs))
    offers = offers_of(sheets, inputs.names, inputs.as_of)
    return Materials(history, offers, stored_policy_of(inputs.policy), _remarks(inputs))


def materials_now(tx: Transaction, inputs: Inputs) -> tuple[Materials, Inputs]:
    """Load what is stored today where stored inputs point, and say what that is: the inputs with today's digests.

    Raises Problem 409 where it cannot be read.
    """
    history = histories.stored(tx, inputs.traffic_history)
    sheets = _sheets(tx, inputs)
    with decoding("evaluation's inputs"):
        offers = offers_of(sheets, inputs.names, inputs.as_of)
        materials = Materials(history, offers, stored_policy_of(inputs.policy), _remarks(inputs))
    found = replace(
        inputs,
        traffic_history=replace(inputs.traffic_history, digest=history.digest),
        price_sheets=tuple(
            replace(pin, digest=sheet.digest_now) for pin, sheet in zip(inputs.price_sheets, sheets, strict=True)
        ),
    )
    return materials, found


def _remarks(inputs: Inputs) -> tuple[Remark, ...]:
    return tuple(remark_of(document) for document in inputs.remarks)


def offers_of_each(tx: Transaction, evaluations: Sequence[StoredEvaluation]) -> dict[str, tuple[Offer, ...]]:
    """Return the offers that each of these evaluations stands on, by its id; sheets that they share are read once."""
    inputs = {evaluation.id: Inputs.of(evaluation.inputs) for evaluation in evaluations}
    pins = sorted({_pin(sheet) for one in inputs.values() for sheet in one.price_sheets})
    sheets = dict(zip(pins, pinned_versions(tx.session, tx.organization_id, pins), strict=True))
    books: dict[Any, tuple[Offer, ...]] = {}
    found = {}
    for evaluation_id, one in inputs.items():
        book = (one.price_sheets, one.names, one.as_of)
        if book not in books:
            books[book] = offers_of([sheets[_pin(sheet)] for sheet in one.price_sheets], one.names, one.as_of)
        found[evaluation_id] = books[book]
    return found


def effective_policy(tx: Transaction, workload: Workload, request: Mapping[str, Any]) -> Policy:
    """Lay the workload's own needs over the named or default policy, and the request's words over both.

    Raises Problem 422 for a policy that does not exist.
    """
    base = policies.document_of(
        tx, preset=request["preset"], policy_id=request["policy_id"], number=request["policy_version"]
    )
    try:
        return policy_of(merged(current(base), needs_of(workload), request["policy"]))
    except ma.ValidationError as error:
        raise invalid(*schema_errors(error, at="/policy")) from error


def needs_of(workload: Workload) -> dict[str, Any]:
    """Return what a workload says about itself as a policy document."""
    needs: dict[str, Any] = {"zone": workload.zone, "isolation": workload.isolation}
    if workload.latency is not None:
        needs["latency"] = workload.latency
    if workload.incumbent is not None:
        needs["incumbent"] = workload.incumbent
    return needs


def offers_of(sheets: Sequence[PinnedVersion], model: Model, day: date | None) -> tuple[Offer, ...]:
    """Return the sheets' offers of a model that can be had on a day."""
    return tuple(offer for sheet in sheets for offer in sheet.offers(model, day))


def pinned_sheets(
    tx: Transaction, model: str, named: Sequence[Mapping[str, Any]] | None
) -> tuple[Sequence[PinnedVersion], Met]:
    """Return the versions named, or where none are those in force that offer the model, and the names it has there.

    Raises Problem 422.
    """
    known = model_names.names(tx)
    if named is None:
        meant = price_sheets.names_offered(tx, model)
        with decoding("price sheets in force"):
            sheets = _intact(versions_in_force(tx.session, tx.organization_id, tx.now, meant))
        return sheets, met(known, model, [sheet.document for sheet in sheets])
    with decoding("price sheets"):
        sheets = pinned_versions(tx.session, tx.organization_id, [(pin["id"], pin["version"]) for pin in named])
    found = met(known, model, [sheet.document for sheet in _intact(sheets)])
    idle = [
        FieldError(f"/price_sheet_versions/{index}", "no_offers", nothing_for([sheet.document], model, found.names))
        for index, sheet in enumerate(sheets)
        if not sheet.offers(found.names)
    ]
    if idle:
        raise invalid(*idle)
    return sheets, found


def as_of(tx: Transaction, sheets: Sequence[PinnedVersion], model: Model) -> date | None:
    """Return since when the offers of today can be had, None where all can: the answer then holds for any day."""
    return settled_since([sheet.document for sheet in sheets], model, tx.now.date())


def _sheets(tx: Transaction, inputs: Inputs) -> Sequence[PinnedVersion]:
    with decoding("price sheets"):
        return pinned_versions(tx.session, tx.organization_id, [_pin(sheet) for sheet in inputs.price_sheets])


def _intact(sheets: Sequence[PinnedVersion]) -> Sequence[PinnedVersion]:
    for sheet in sheets:
        require_intact(f"price sheet {sheet.id}, version {sheet.version},", sheet.digest, sheet.digest_now)
    return sheets


def _pin(sheet: Pinned) -> tuple[str, int]:
    return str(sheet.id), int(sheet.version or 0)
