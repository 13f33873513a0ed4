"""Units too small to be what is sold are refused, not enumerated for ever and not looked at in part."""

from dataclasses import replace

import pytest

from service.workflow.compute.kinds import kind
from service.workflow.errors import WorkflowError
from service.workflow.offers import Autoscale, Units
from tests.histories import log_of
from tests.markets import budget, gpu_offer, options_of, ptu_offer, rate, request_offer

BURST = log_of([0.0] * 40, [(9, 0, 9)] * 40, start=0, end=3600)
LONG = log_of([0.0] * 40, [(9, 0, 900)] * 40, start=0, end=3600)
DEAR = request_offer("req", "1000")


def test_sizes_are_looked_at_to_the_last_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    drops = ptu_offer("drops", rate("0.01"), capacity=budget("1", requests="1"))
    monkeypatch.setattr(kind, "MOST_SIZES", 40)
    assert options_of(BURST, [drops, DEAR])["hybrid:drops@0x40+req"].eligible
    monkeypatch.setattr(kind, "MOST_SIZES", 39)
    with pytest.raises(WorkflowError) as refused:
        options_of(BURST, [drops, DEAR])
    assert (refused.value.code, refused.value.field) == ("too_many_sizes", "/price_sheets")
    assert "drops" in refused.value.detail
    assert "units.increment" in refused.value.detail
    options_of(BURST, [replace(drops, units=Units(1, 2)), DEAR])


def test_sizes_dearer_than_serverless_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kind, "MOST_SIZES", 2)
    drops = ptu_offer("drops", rate("100"), capacity=budget("1", requests="1"))
    assert options_of(BURST, [drops, request_offer("req", "0.00001")])


def test_sizes_beyond_what_the_traffic_needs_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kind, "MOST_SIZES", 2)
    lakes = ptu_offer("lakes", rate("0.0001"), capacity=budget("20", requests="1"))
    assert options_of(BURST, [lakes, DEAR])["hybrid:lakes@0x2+req"].eligible


def test_minimums_of_the_autoscaler_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    scaled = gpu_offer("gpu", rate("4"), autoscale=Autoscale(1, 60.0), start_seconds=1.0)
    assert options_of(LONG, [scaled])
    monkeypatch.setattr(kind, "MOST_SIZES", 1)
    with pytest.raises(WorkflowError, match="gpu could serve this traffic"):
        options_of(LONG, [scaled])
