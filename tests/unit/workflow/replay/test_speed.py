import numpy as np
import pytest

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.speed import decode_alone, decode_table, full_speed, pace, prefill_weight, request_work
from tests.unit.workflow.replay.build import arrivals_at

CURVE = Speed(40000.0, ((2, 90.0), (16, 76.0), (64, 40.0)))


def test_speed_is_linear_between_the_points_and_flat_outside() -> None:
    table = decode_table(CURVE, 1, 80)
    assert table[[0, 1, 2, 9, 16, 40, 64, 80]].tolist() == [90, 90, 90, 83, 76, 58, 40, 40]


def test_streams_spread_over_units_and_fewer_than_one_a_unit_count_as_one() -> None:
    steep = Speed(1000.0, ((1, 100.0), (3, 80.0)))
    assert decode_table(steep, 4, 12).tolist() == [100.0] * 5 + [97.5, 95.0, 92.5, 90.0, 87.5, 85.0, 82.5, 80.0]


def test_fewer_than_one_stream_a_unit_is_one_even_where_the_curve_goes_below() -> None:
    assert decode_table(Speed(1000.0, ((0, 100.0), (2, 80.0))), 4, 6).tolist() == [90.0] * 5 + [87.5, 85.0]


def test_a_full_unit_does_slots_times_its_slowest_speed() -> None:
    assert full_speed(ConcurrencyCapacity(64, CURVE)) == 64 * 40.0
    assert full_speed(ConcurrencyCapacity(9, CURVE)) == 9 * 83.0


def test_reading_counts_as_what_a_stream_alone_would_write_meanwhile() -> None:
    assert decode_alone(CURVE) == 90.0
    assert prefill_weight(CURVE) == 90.0 / 40000
    work = request_work(arrivals_at([0, 1], output=[10, 0], uncached=[4000, 0]), CURVE)
    assert work.tolist() == [19.0, 0.0]


def test_pace_is_per_microsecond_and_still_with_nobody_in_service() -> None:
    forward, inverse = pace(CURVE, 1, 16)
    assert forward[0] == inverse[0] == 0.0
    assert forward[16] == 76e-6
    assert np.allclose(forward[1:] * inverse[1:], 1.0, rtol=1e-15)


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
        decode_table(speed, 1, 4)


def test_points_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="rising order"):
        decode_table(Speed(1000.0, ((4, 50.0), (4, 40.0))), 1, 4)
