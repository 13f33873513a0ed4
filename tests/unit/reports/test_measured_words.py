"""Traffic in words: what was not recorded is not counted as nothing."""

import pytest

from service.reports.reading import Answer
from service.reports.sections import shape
from service.workflow.document.encoding import encoded
from service.workflow.document.measurement import measurement
from service.workflow.measure import measure
from service.workflow.policy import Policy
from tests.histories import series_of


@pytest.mark.parametrize(("counted", "told"), [(False, "no request counts and"), (True, "1,440 requests and")])
def test_requests_that_were_not_recorded_are_not_none(counted: bool, told: str) -> None:
    history = series_of([60] * 24, bucket=3600, counted=counted)
    body = {"inputs": {"policy": {}, "engine_version": "2"}, "digest": ""}
    said = shape(Answer(body | {"measurement": encoded(measurement(measure(history, Policy())))}))
    assert said.deck.startswith(told)
