"""`changes`: what would change the answer, nearest first; a bar from today's figure to where it turns."""

from dataclasses import dataclass

from service.reports import words
from service.reports.offer_names import Names
from service.reports.reading import Answer, change_of
from service.workflow.compare.flip_points import FlipPoint

MOST = 6
LEAST_REACH = 0.3
"""A bar's half is this change, or more where a limit lies farther."""

METERS = {
    "input_tokens": "input",
    "cached_input_tokens": "cached input",
    "output_tokens": "output",
    "requests": "requests",
    "compute_seconds": "compute",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A row: what, the limit, today's, what then, the change in words, and the bar's ends in percent (50 is now)."""

    what: str
    limit: str
    now: str
    then: str
    change: str
    start: float
    width: float
    dot: float
    title: str


def changes(answer: Answer, names: Names, *, every: bool = False) -> list[Change]:
    """Return the nearest changes, or every one there is."""
    flips = answer.flips if every else answer.would_change[:MOST]
    reach = max([LEAST_REACH, *(abs(float(change)) for flip in flips if (change := change_of(flip)) is not None)])
    reach = min(reach, 1.0) if not every else reach
    return [_change(flip, names, reach) for flip in flips]


def _change(flip: FlipPoint, names: Names, reach: float) -> Change:
    what, per = _what(flip, names)
    change = change_of(flip)
    share = 0.0 if change is None else max(-1.0, min(1.0, float(change) / reach))
    end = 50 + 50 * share
    figure = (
        f"{words.rate(float(flip.value))} {words.TIMES} today"
        if flip.kind == "traffic"
        else words.price(flip.value) + per
    )
    now = words.price(flip.current) if flip.kind != "traffic" else "1 \u00d7"
    return Change(
        what,
        f"{flip.direction} {figure}",
        f"now {now}",
        f"then {names.key(flip.to)}",
        "" if change is None else words.signed(words.share(abs(float(change))), change, plus=True),
        min(50.0, end),
        abs(end - 50),
        end,
        f"{flip.name} {flip.direction} {flip.value} {flip.unit}",
    )


def _what(flip: FlipPoint, names: Names) -> tuple[str, str]:
    """Return what moves in words, and what its figure is for."""
    if flip.kind == "traffic":
        return "Traffic", ""
    named = names.figure(flip.name)
    if named is None:
        return words.upper_first(flip.name.replace("_", " ").replace(".", ", ")), ""
    offer, rest = named
    if flip.kind == "rate":
        if rest.endswith(".upfront"):
            return f"{offer.label} upfront", " a unit"
        term = rest.removeprefix("@").partition(".")[0]
        within = "" if term in ("0", "") else f", {words.spelled_term(term)}"
        period = next((each for each in ("month", "week", "day") if each in flip.unit), "h")
        return f"{offer.label}{within}", f"/{period}"
    meter = rest.removeprefix(".")
    return f"{offer.label} {METERS.get(meter, meter.replace('_', ' ').replace('.', ', '))}", _per(flip.unit)


def _per(unit: str) -> str:
    for size, short in (("1000000 ", "/M"), ("1000 ", "/K"), ("1 ", " each")):
        if f"per {size}" in unit:
            return short
    return ""
