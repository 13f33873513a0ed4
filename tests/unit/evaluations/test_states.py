"""Where an evaluation stands: state and progress out of its job."""

from datetime import UTC, datetime, timedelta

import pytest

from service.evaluations.models import StoredEvaluation
from service.evaluations.states import Summary
from service.kit.jobs.queue import Job

START = datetime(2026, 11, 1, tzinfo=UTC)


def standing(state: str, share: float | None = None, *, cancel_requested: bool = False) -> Summary:
    """Return an evaluation that was expected to take 10 seconds, its job begun at START."""
    started = None if state == "queued" else START
    job = Job(state=state, phase="compute", share=share, started_at=started, cancel_requested=cancel_requested)
    return Summary(StoredEvaluation(id="ev_1", estimated_seconds=10.0), None, job)


@pytest.mark.parametrize(
    ("state", "share", "spent", "left"),
    [
        ("queued", None, 0, 10.0),
        ("running", None, 5, 10.0),
        ("running", 0.1, 1, 9.0),  # as estimated
        ("running", 0.1, 5, 12.6),  # five times slower so far, which is not much to go by yet
        ("running", 0.5, 25, 15.0),
        ("running", 0.9, 45, 4.6),  # now nearly all of the pace counts
        ("running", 1.0, 50, 0.0),
    ],
)
def test_seconds_left_lean_on_the_pace_more_and_more(state: str, share: float, spent: int, left: float) -> None:
    progress = standing(state, share).progress(START + timedelta(seconds=spent))
    assert progress == {"phase": "compute", "share": share or 0.0, "seconds_left": left}


def test_what_is_over_has_no_time_left() -> None:
    for over in (standing("failed", 0.5), standing("cancelled", 0.5), standing("running", 0.5, cancel_requested=True)):
        assert over.progress(START)["seconds_left"] is None
    assert standing("running", 0.5, cancel_requested=True).state == "cancelled"
    assert Summary(StoredEvaluation(id="ev_1", estimated_seconds=10.0), None, None).state == "failed"
