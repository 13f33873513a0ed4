"""The order of a file's rows in time: newest-first files, rows out of order, clocks that jump back."""

import numpy as np

from service.workflow.traffic import SECOND, Int64s

from .report import Report
from .scan import Column, Frame
from .time_text import instant_text

JUMP_US = 60 * SECOND
"""A step back by more than this is told as a jump of the clock, not as rows a little out of order."""

LISTED_JUMPS = 5


def rising(times: Column) -> bool:
    """Tell whether no time is before the one before it."""
    return bool(np.all(times[1:] >= times[:-1]))


def oldest_first(frame: Frame, report: Report) -> Frame:
    """Return the rows with the oldest first where the file has them newest first."""
    report.time["newest_first"] = False
    if rising(frame.values["arrival"]):
        return frame
    steps = np.diff(frame.values["arrival"])
    descending = int(np.count_nonzero(steps < 0)) > int(np.count_nonzero(steps > 0))
    report.time["newest_first"] = descending
    return frame.kept(slice(None, None, -1)) if descending else frame


def tell_order(utc_us: Int64s, report: Report) -> None:
    """Report rows earlier than one before them, and jumps of the clock."""
    if rising(utc_us):
        return
    steps = np.diff(utc_us)
    back = np.flatnonzero(steps < 0)
    behind = int(np.count_nonzero(utc_us < np.maximum.accumulate(utc_us)))
    report.find("out_of_order", f"{behind} rows are earlier than a row before them; they were sorted", behind)
    jumps = back[steps[back] < -JUMP_US]
    if len(jumps):
        listed = ", ".join(
            f"{instant_text(int(utc_us[row]))} to {instant_text(int(utc_us[row + 1]))}" for row in jumps[:LISTED_JUMPS]
        )
        detail = f"the clock jumps back by more than {JUMP_US // SECOND} s {len(jumps)} times: {listed}"
        report.find("clock_jumps", detail, len(jumps))
