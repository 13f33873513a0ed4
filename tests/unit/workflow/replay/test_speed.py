from dataclasses import replace

import numpy as np
import pytest

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.speed import (
    decode_alone,
    full_streams,
    request_work,
    step_points,
    step_table,
    token_us,
    unit_speed,
)
from service.workflow.traffic import SECOND
from tests.unit.workflow.replay.build import arrivals_at

CURVE = Speed(40000.0, ((2, 100.0), (16, 80.0), (64, 40.0)))
UNIT = ConcurrencyCapacity(64, CURVE)


def steps_ms(speed: Speed, units: int, streams: int) -> list[float]:
    return [round(float(step) / 1000, 9) for step in step_table(step_points(speed), units, streams)]


def test_the_time_of_a_step_is_linear_between_the_points_and_flat_outside() -> None:
    table = steps_ms(CURVE, 1, 80)
    assert [table[n] for n in (0, 1, 2, 9, 16, 40, 64, 80)] == [10, 10, 10, 11.25, 12.5, 18.75, 25, 25]


def test_streams_spread_over_units_and_fewer_than_one_a_unit_count_as_one() -> None:
    steep = Speed(1000.0, ((1, 100.0), (3, 50.0)))
    assert steps_ms(steep, 4, 12) == [10] * 5 + [11.25, 12.5, 13.75, 15, 16.25, 17.5, 18.75, 20]


def test_fewer_than_one_stream_a_unit_is_one_even_where_the_curve_goes_below() -> None:
    assert steps_ms(Speed(1000.0, ((0, 100.0), (2, 50.0))), 4, 6) == [15] * 5 + [16.25, 17.5]


def test_an_output_token_of_a_full_unit_takes_a_share_of_a_step() -> None:
    assert token_us(UNIT, 64) == pytest.approx(25_000 / 64)
    assert token_us(UNIT, 9) == pytest.approx(11_250 / 9)
    # Where more streams write less together, a unit is full at fewer of them.
    assert token_us(replace(UNIT, speed=Speed(1.0, ((1, 100.0), (4, 80.0), (64, 1.0)))), 64) == pytest.approx(
        12_500 / 4
    )


def test_memory_bounds_the_streams_of_a_full_unit() -> None:
    assert full_streams(UNIT, 1000.0) == 64
    assert full_streams(replace(UNIT, kv_tokens=8000), 1000.0) == 8
    assert full_streams(replace(UNIT, kv_tokens=8000), 9000.0) == 1


def test_the_context_of_the_measurement_is_taken_off_the_curve() -> None:
    unit = unit_speed(replace(UNIT, context_seconds_per_token=1e-6, context_tokens=100))
    assert unit.points[:, 1].tolist() == pytest.approx([10_000 - 200, 12_500 - 1600, 25_000 - 6400])
    # However much context a curve is said to hold, a step takes a tenth of a lone stream's.
    absurd = unit_speed(replace(UNIT, context_seconds_per_token=1.0, context_tokens=100))
    assert absurd.points[:, 1].tolist() == pytest.approx([1000] * 3)


def test_work_is_reading_and_decoding_in_seconds_of_a_full_unit() -> None:
    assert decode_alone(CURVE) == 100.0
    arrivals = arrivals_at([0, 1], output=[64, 0], uncached=[4000, 0])
    assert request_work(arrivals, UNIT).tolist() == pytest.approx([0.1 + 0.025, 0.0])
    more = replace(UNIT, prefill_seconds_per_prompt=0.5, context_seconds_per_token=1e-6)
    assert request_work(arrivals, more).tolist() == pytest.approx([0.625 + 64 * 4032e-6, 0.5])


@pytest.mark.parametrize(
    "speed",
    [
        Speed(1000.0, ()),
        Speed(1000.0, ((1, 0.0),)),
        Speed(1000.0, ((1, 50.0), (2, -1.0))),
        Speed(0.0, ((1, 50.0),)),
        Speed(1000.0, ((1, float("nan")),)),
    ],
)
def test_speeds_that_never_finish_are_refused(speed: Speed) -> None:
    with pytest.raises(ValueError, match="above 0"):
        unit_speed(ConcurrencyCapacity(4, speed))


def test_points_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="rising order"):
        unit_speed(ConcurrencyCapacity(4, Speed(1000.0, ((4, 50.0), (4, 40.0)))))


def test_steps_of_measured_speeds_are_their_inverse() -> None:
    assert np.allclose(step_points(CURVE)[:, 1] * np.array([100.0, 80.0, 40.0]), SECOND, rtol=1e-15)
