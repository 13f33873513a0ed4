"""Guardrails as a form: bands of amounts by row, the other rules by line, and which field a fault belongs to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from service.decisions.guardrails import ENTITLED
from service.decisions.limits import CONFIDENCES
from service.kit.http.problems import Problem
from service.reports import words

Json = dict[str, Any]

Form = Mapping[str, str]

EMPTY_BANDS = 2
"""Rows of bands that a form has beyond those that are filled in."""

MOST_BANDS = 200

LEVELS = (("", "no rule"), ("block", "blocks it"), ("needs", "asks for one approval more"), ("note", "is said"))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as people read it. label: with `{}` where its limit stands; unit: what is typed; "%": a share in percent.

    choices: what the limit may be, where it is no number; has_limit: whether it has one.
    """

    name: str
    label: str
    asked: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    has_limit: bool = True


RULES = (
    Rule("longest_term_months", "Bound for at most {}", "Bound for at most", "months"),
    Rule("minimum_confidence", "Confidence of at least {}", "Confidence of at least", "", CONFIDENCES),
    Rule("minimum_measured_days", "At least {} of traffic measured", "Traffic measured for at least", "days"),
    Rule("minimum_coverage", "Of those days at least {} observed", "Of those days observed at least", "%"),
    Rule(
        "minimum_probability_cheapest",
        "Cheapest in at least {} of resampled months",
        "Cheapest in resampled months, at least",
        "%",
    ),
    Rule("largest_regret", "Regret in hindsight of at most {}", "Regret in hindsight, at most", "%"),
    Rule("oldest_price_days", "Prices read at most {} ago", "Prices read at most so long ago", "days"),
    Rule(
        "largest_provider_share",
        "At most {} of committed spend with one provider",
        "Committed spend with one provider, at most",
        "%",
    ),
    Rule("provisional", "A provisional answer", "A provisional answer", has_limit=False),
    Rule("beyond_available_until", "A term that outlasts its offer", "A term that outlasts its offer", has_limit=False),
)


def form_of(rules: Json) -> dict[str, str]:
    """Return the fields of a form that says these rules."""
    rows = [(currency, band) for currency, bands in sorted(rules["bands"].items()) for band in bands]
    form = {"split_window_days": str(rules["split_window_days"])}
    for row, (currency, band) in enumerate(rows):
        said = {"currency": currency, "from": band["from"], "approvers": str(band["approvers"]), "role": band["role"]}
        form |= {f"band-{row}-{name}": text for name, text in said.items()}
    for rule in RULES:
        found = rules.get(rule.name)
        if found is not None:
            who = found.get("member_id") or found.get("role") or ""
            form |= {f"{rule.name}-level": found["level"], f"{rule.name}-who": who}
            if rule.has_limit:
                form[f"{rule.name}-limit"] = shown_limit(rule, found["limit"])
    return form


def band_rows(form: Form) -> range:
    """Return the numbers of the rows of bands to show: those filled in, and a few more."""
    filled = [row for row in range(MOST_BANDS) if any(_band(form, row).values())]
    return range(max(filled, default=-1) + 1 + EMPTY_BANDS)


def rules_of(form: Form) -> tuple[Json, dict[str, str]]:
    """Return what a form says, as the API takes rules, and the field that each pointer of it came from."""
    bands: dict[str, list[Json]] = {}
    places: dict[str, str] = {}
    for row in range(MOST_BANDS):
        said = _band(form, row)
        if not said["from"] and not said["approvers"]:
            continue
        here = bands.setdefault(said["currency"].upper(), [])
        places[f"/rules/bands/{said['currency'].upper()}/{len(here)}"] = f"band-{row}"
        here.append(
            {
                "from": said["from"].replace(",", ""),
                "approvers": _number(said["approvers"]),
                "role": said["role"] or "approver",
            }
        )
    rules: Json = {"bands": bands, "split_window_days": _number(form.get("split_window_days", "").strip() or "90")}
    for rule in RULES:
        level = form.get(f"{rule.name}-level", "")
        if level:
            rules[rule.name] = _rule(rule, level, form)
        places[f"/rules/{rule.name}"] = rule.name
    return rules, places


def faults(problem: Problem | None, form: Form) -> dict[str, str]:
    """Return what is wrong, by the row of bands or the rule it is said of; under "" what belongs to none."""
    found: dict[str, str] = {}
    places = rules_of(form)[1] if problem is not None else {}
    for fault in () if problem is None else problem.errors:
        place = next((field for at, field in places.items() if f"{fault.pointer}/".startswith(f"{at}/")), "")
        told = fault.detail if place else f"{fault.pointer.rpartition('/')[2].replace('_', ' ')}: {fault.detail}"
        found[place] = f"{found[place]} {told}" if place in found else told
    return found


def shown_limit(rule: Rule, limit: float | str) -> str:
    """Return a limit as a form has it: a share in percent."""
    if isinstance(limit, str):
        return limit
    value = Decimal(str(limit)) * (100 if rule.unit == "%" else 1)
    return f"{value.normalize():f}"


def sentences(rules: Json, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the rules other than bands, each with what it does. names: of members, by id."""
    for rule in RULES:
        found = rules.get(rule.name)
        if found is None:
            continue
        said = rule.label.format(_limit(rule, found["limit"])) if rule.has_limit else rule.label
        who = found.get("role") or names.get(found.get("member_id") or "", found.get("member_id"))
        effect = {"block": "is blocked", "needs": f"needs one approval more, {who}", "note": "is said"}[found["level"]]
        yield f"{said}: {'else it ' if rule.has_limit else ''}{effect}"


def _limit(rule: Rule, limit: float | str) -> str:
    text = shown_limit(rule, limit)
    if rule.unit == "%":
        return f"{text} %"
    return words.plural(int(text), rule.unit.removesuffix("s")) if text.isdigit() and rule.unit else text


def _band(form: Form, row: int) -> dict[str, str]:
    names = ("currency", "from", "approvers", "role")
    said = {name: form.get(f"band-{row}-{name}", "").strip() for name in names}
    return said if said["from"] or said["approvers"] else dict.fromkeys(names, "")


def _rule(rule: Rule, level: str, form: Form) -> Json:
    who = form.get(f"{rule.name}-who", "")
    said: Json = {"level": level}
    if level == "needs" and who:
        said["role" if who in ENTITLED else "member_id"] = who
    if rule.has_limit:
        text = form.get(f"{rule.name}-limit", "").strip()
        said["limit"] = text if rule.choices else _number(text, share=rule.unit == "%")
    return said


def _number(text: str, *, share: bool = False) -> float | int | str:
    """Return a number as JSON has it; what is none as it was typed, which the schema refuses."""
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return text
    if not value.is_finite() or abs(value.adjusted()) > 9:
        return text
    if share:
        return float(value / 100)
    return int(value) if value == value.to_integral_value() else float(value)
