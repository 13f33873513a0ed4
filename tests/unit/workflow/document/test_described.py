"""An answer is what openapi.yaml says of it: nothing undescribed, nothing described otherwise."""

from typing import Any
from unittest.mock import patch

import yaml
from jsonschema import Draft202012Validator

from service.workflow.evaluate import Evaluation
from tests.guards.sources import ROOT
from tests.histories import series_of
from tests.unit.workflow.decide.deciding import QUICK, evaluated
from tests.unit.workflow.document.test_document import EVERYTHING, PRICED, SPOKEN, shown

COMPONENTS: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())["components"]


def faults(evaluation: Evaluation) -> list[str]:
    """Return what an answer has otherwise than it is described. Properties that are not described are faults."""
    described = COMPONENTS["schemas"]["Evaluation"]["properties"]
    return [
        f"/{part}/{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for part, value in shown(evaluation).items()
        for error in Draft202012Validator({**described[part], "components": COMPONENTS}).iter_errors(value)
    ]


def test_options_of_every_kind_are_as_described() -> None:
    assert not faults(evaluated(SPOKEN, PRICED))


def test_options_that_were_ruled_out_are_as_described() -> None:
    with patch("service.workflow.compute.compute.EXPLORE_REQUESTS", 0):
        evaluation = evaluated(EVERYTHING, QUICK)
    assert any(option.ruled_out for option in evaluation.options)
    assert not faults(evaluation)


def test_an_answer_that_recommends_nothing_on_traffic_without_requests_is_as_described() -> None:
    evaluation = evaluated(SPOKEN, history=series_of([100] * 1440, bucket=60, counted=False))
    assert evaluation.recommendation.option is None
    assert not faults(evaluation)
