"""What a decision stands on: a completed evaluation, intact, with what its offers are called."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from service.evaluations import queries as evaluations
from service.evaluations.comparisons.sides import not_completed
from service.evaluations.document import digest_of
from service.evaluations.integrity import require_intact
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FieldError, invalid
from service.price_sheets.pinned import pinned_versions
from service.reports.offer_names import Names
from service.workflow.document import Answer
from service.workflow.document.options import AnsweredOption
from service.workflow.document.stored import read_answer
from service.workloads import service as workloads
from service.workloads.models import Workload

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """A completed evaluation. body: as served; names: what its offers are called."""

    id: str
    workload: Workload
    body: Json
    names: Names

    @cached_property
    def answer(self) -> Answer:
        """What it says."""
        return read_answer(self.body)

    def option(self, key: str | None) -> AnsweredOption | None:
        """Return an option by its key."""
        return next((option for option in self.answer.options if option.key == key), None)

    @property
    def currency(self) -> str:
        """The currency of its money."""
        return self.answer.options[0].monthly_cost.currency if self.answer.options else "USD"

    @property
    def policy(self) -> Json:
        """The policy it was made by."""
        return self.body["inputs"]["policy"]  # type: ignore[no-any-return]

    @property
    def incumbent(self) -> str | None:
        """Key of the option in use, as the evaluation knows it."""
        return self.policy.get("incumbent")

    @property
    def recommended(self) -> str | None:
        """Key of the recommended option."""
        return self.answer.recommendation.option


def evidence_of(tx: Transaction, evaluation_id: str) -> Evidence:
    """Return a completed evaluation. Raises Problem 422 where there is none; 409 where it is not completed, damaged."""
    if evaluations.evaluation(tx, evaluation_id) is None:
        raise invalid(FieldError("/evaluation_id", "not_found", "No evaluation has this id."))
    found = evaluations.content(tx, evaluation_id)
    if found is None:
        raise not_completed(evaluation_id)
    body = json.loads(found[1])
    require_intact(f"evaluation {evaluation_id}", found[0], digest_of(body))
    pins = [(sheet["id"], sheet["version"]) for sheet in body["inputs"]["price_sheets"]]
    sheets = [pinned.document for pinned in pinned_versions(tx.session, tx.organization_id, pins)]
    names = Names(sheets, body["inputs"])
    return Evidence(evaluation_id, workloads.get(tx, body["workload_id"]), body, names)
