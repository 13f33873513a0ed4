"""The costs table: which way, by how much, and what idles. Its bars are cells of a table, to scale."""

from dataclasses import dataclass
from decimal import Decimal

from service.reports import words
from service.reports.answer import is_unpriced
from service.reports.offer_names import Names
from service.reports.reading import Answer, ReportOption
from service.reports.words import TIMES
from service.workflow.policy import MODES

MOST_ROWS = 6
MOST_NOT_ALLOWED = 2
"""Rows of what is cheaper but not allowed."""

CUT = 4
"""Bars end at so many times the recommended total."""

PARTS = ("reserved", "free", "use", "other")

PART_WORDS = {
    "reserved": "reserved, in use",
    "free": "reserved, free",
    "use": "pays per use",
    "other": "upfront, minimum and other",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: start and width in percent of the cell."""

    kind: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """One option of the table. whisker: ends in percent, None where not known. cut: whether its bar was cut."""

    option: ReportOption
    mode: str
    name: str
    tag: str
    sub: str
    parts: tuple[Part, ...]
    whisker: tuple[float, float] | None
    cut: bool
    total: str
    difference: str
    kind: str


@dataclass(frozen=True, slots=True)
class Costs:
    """The table. scale: money that a full cell stands for. more: the link to what is not shown, empty for none."""

    heading: str
    deck: str
    rows: tuple[Row, ...]
    kinds: tuple[str, ...]
    whiskers: bool
    cut: bool
    scale: Decimal
    more: str

    @property
    def description(self) -> str:
        """What is seen, in words."""
        return " ".join(f"{row.mode} {row.name}: {row.total}." for row in self.rows)


def costs(answer: Answer, names: Names) -> Costs | None:
    """Return the table; None where there is no option."""
    shown = rows_of(answer)
    if not shown:
        return None
    chosen = answer.chosen
    widest = max(_reach(option) for option in shown)
    most = min(widest, CUT * chosen.total) if chosen is not None and chosen.total else widest
    scale = most or Decimal(1)
    base = chosen or answer.subject
    cents = base is not None and words.rounded(base.total, words.CENT) < words.WHOLE_FROM
    rows = tuple(_row(answer, names, option, scale, cents=cents) for option in shown)
    hidden = [option for option in answer.options if option not in shown]
    kinds = {part.kind for row in rows for part in row.parts}
    return Costs(
        _heading(answer),
        _deck(answer),
        rows,
        tuple(kind for kind in PARTS if kind in kinds),
        any(row.whisker for row in rows),
        any(row.cut for row in rows),
        scale,
        _more(answer, hidden),
    )


def rows_of(answer: Answer) -> list[ReportOption]:
    """Return the options shown: the recommended, each mode's best, what is cheaper but not allowed, the cheapest."""
    chosen, found = answer.chosen, dict[str, ReportOption]()
    if chosen is not None:
        found[chosen.key] = chosen
    for mode in MODES:
        best = answer.best_of(mode)
        if best is not None and not best.ruled_out:
            found.setdefault(best.key, best)
    exact = [option for option in answer.options if not option.ruled_out and not _folded(answer, option)]
    refused = [o for o in exact if not o.eligible and (chosen is None or o.adjusted < chosen.adjusted)]
    for option in refused[: MOST_ROWS if not found else MOST_NOT_ALLOWED]:
        found.setdefault(option.key, option)
    for option in exact:
        if len(found) < MOST_ROWS and option.eligible:
            found.setdefault(option.key, option)
    for option in answer.options:
        if not found:
            found[option.key] = option
    return sorted(found.values(), key=lambda option: (option.total, option.key))


def _folded(answer: Answer, option: ReportOption) -> bool:
    """Tell whether a hybrid spills nothing, so that it is the dedicated way of the same units under another name."""
    if option.mode != "hybrid" or option.share("overflow_share") != 0:
        return False
    return any(
        o.mode == "dedicated"
        and (o.dedicated, o.term_months, o.units) == (option.dedicated, option.term_months, option.units)
        for o in answer.options
    )


def _reach(option: ReportOption) -> Decimal:
    return max(option.total, option.interval[1] if option.interval else Decimal(0))


def _row(answer: Answer, names: Names, option: ReportOption, scale: Decimal, *, cents: bool) -> Row:
    chosen = answer.chosen
    kind = "chosen" if option is chosen else "" if option.eligible else "refused"
    priced = not is_unpriced(answer, option)
    parts, cut = _parts(option, scale) if priced else ((), False)
    interval = option.interval if priced else None
    whisker = None
    if interval is not None and not cut:
        low, high = (min(100.0, float(end / scale * 100)) for end in interval)
        whisker = (max(0.0, low), high)
    difference = (
        "" if chosen is None or option is chosen else words.difference(option.total - chosen.total, cents=cents)
    )
    return Row(
        option,
        words.upper_first(option.mode),
        names.option(option),
        _tag(answer, option),
        sub_line(answer, names, option),
        parts,
        whisker,
        cut,
        ("at least " if option.ruled_out else "") + words.money(option.total, cents=cents) if priced else "not priced",
        difference,
        kind,
    )


def _parts(option: ReportOption, scale: Decimal) -> tuple[tuple[Part, ...], bool]:
    sums = option.parts or {"other": option.total}
    found, start, cut = [], Decimal(0), False
    for kind in PARTS:
        amount = sums.get(kind, Decimal(0))
        if amount <= 0:
            continue
        end = min(start + amount, scale)
        cut = cut or start + amount > scale
        if end > start:
            found.append(Part(kind, float(start / scale * 100), float((end - start) / scale * 100)))
        start += amount
    return tuple(found), cut


def _tag(answer: Answer, option: ReportOption) -> str:
    if option is answer.chosen:
        return "Recommended"
    if not option.eligible:
        return "not allowed"
    if answer.policy.get("incumbent") == option.key:
        return "today"
    return f"best {option.mode}" if option is answer.best_of(option.mode) else ""


def sub_line(answer: Answer, names: Names, option: ReportOption) -> str:
    """Return an option's second line: its term, then what sets it apart; for one that is not allowed, why."""
    if not option.eligible:
        return not_allowed(answer, names, option)
    said = [words.term(option.term_months) if option.mode != "serverless" else _billing(option)]
    spilled, throttled = option.share("overflow_share"), option.share("throttled_share")
    if option.mode == "hybrid" and spilled is not None:
        said.append(f"{words.share(spilled)} of requests overflow" if spilled else "nothing overflows")
    if option.mode == "dedicated":
        said.append("sized for the peak")
        work = answer.work_share(option)
        if work is not None:
            said.append(f"works at {words.share(work)}")
    if throttled:
        said.append(f"{words.share(throttled)} turned away")
    if option.adjusted != option.total:
        said.append(f"counted as {words.money(option.adjusted)} at the traffic to be expected")
    return ", ".join(said)


def not_allowed(answer: Answer, names: Names, option: ReportOption) -> str:
    """Return why an option is not allowed, in words."""
    if is_unpriced(answer, option):
        return "no tokens recorded"
    return names.sentence(option.violations[0])


def _billing(option: ReportOption) -> str:
    codes = {line.code for line in option.lines}
    if any("tokens" in code for code in codes):
        return "pay per token"
    if "compute_seconds" in codes:
        return "pay per second"
    return "pay per request" if "requests" in codes else "pay per use"


def _heading(answer: Answer) -> str:
    chosen = answer.chosen
    if chosen is None:
        if answer.mode == "insufficient_data":
            return f"What it would cost on {words.duration(answer.measured.hours_observed * 3600)} of traffic"
        if all(is_unpriced(answer, option) for option in answer.options):
            return "What is on offer"
        return "What each way would cost"
    others = [best for mode in MODES if mode != chosen.mode and (best := answer.best_of(mode)) is not None]
    if not others:
        alone = sum(option.eligible for option in answer.options) == 1
        return f"{words.upper_first(chosen.mode)} is the only way that is allowed" if alone else "What each way costs"
    best = min(others, key=lambda option: option.adjusted)
    more = best.total - chosen.total
    called = f"{best.mode} alone" if best.mode in ("serverless", "dedicated") and chosen.mode == "hybrid" else best.mode
    if more > 0:
        return f"{words.upper_first(chosen.mode)} is cheapest; {called} costs {words.money(more)} more"
    return f"{words.upper_first(chosen.mode)} is kept; {called} costs {words.money(-more)} less"


def _deck(answer: Answer) -> str:
    factor = Decimal(str(answer.policy.get("traffic_factor", "1")))
    at = "the traffic measured" if factor == 1 else f"{words.rate(float(factor))} {TIMES} the traffic measured"
    more = ", and how much more than the recommended" if answer.chosen is not None else ""
    return f"{answer.currency} a month at {at}, by part{more}."


def _more(answer: Answer, hidden: list[ReportOption]) -> str:
    if not hidden:
        return ""
    totals = sorted(option.total for option in hidden if not is_unpriced(answer, option))
    if not totals:
        return words.plural(len(hidden), "more option")
    low, high = words.money(totals[0]), words.money(totals[-1])
    return f"{words.plural(len(hidden), 'more option')}, {low if low == high else f'{low} to {high}'} {answer.currency}"
