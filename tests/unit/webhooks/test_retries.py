"""When a failed delivery is tried again."""

from datetime import UTC, datetime, timedelta

from service.webhooks import retries

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_waits_grow_over_three_days_and_then_end() -> None:
    times = [NOW]
    for tries in range(1, len(retries.WAITS) + 1):
        then = retries.next_attempt(times[-1], tries, None)
        assert then is not None
        assert retries.WAITS[tries - 1] <= then - times[-1] <= retries.WAITS[tries - 1] * (1 + retries.JITTER)
        times.append(then)
    assert timedelta(days=2.8) < times[-1] - NOW < timedelta(days=3.3)
    assert retries.next_attempt(NOW, len(retries.WAITS) + 1, None) is None


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({retries.next_attempt(NOW, 3, None) for _ in range(50)}) > 40


def test_a_receiver_may_ask_for_a_longer_wait_and_no_shorter_one() -> None:
    asked = retries.next_attempt(NOW, 1, 3600)
    assert asked == NOW + timedelta(hours=1)
    shorter = retries.next_attempt(NOW, 4, 1)
    assert shorter is not None
    assert shorter >= NOW + retries.WAITS[3]
    assert retries.next_attempt(NOW, 1, 10**7) == NOW + timedelta(days=1)
