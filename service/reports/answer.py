"""The answer of a report: one sentence a buyer can act on, what it costs, and what is saved."""

from dataclasses import dataclass
from decimal import Decimal

from service.reports import words
from service.reports.offer_names import Names, OfferName
from service.reports.reading import Answer, ReportOption
from service.workflow.policy import MODES

HOURS_OF_WEEK = 168

UNPRICED = "What is on offer is billed or sized by tokens. Add traffic with token counts."
"""Said where no option has a price for want of tokens."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The head of a report. total: money a month in words, shown bold before `beneath`; None where there is none."""

    eyebrow: str
    heading: str
    total: str | None
    beneath: str
    mode: str | None


def sentence(answer: Answer, names: Names) -> Sentence:
    """Return the head of the report by the evaluation's mode."""
    if answer.mode == "insufficient_data":
        return _not_yet(answer, names)
    chosen = answer.chosen
    if chosen is None:
        return _nothing(answer, names)
    total = f"{words.money(chosen.total)} {answer.currency} a month"
    kept = kept_by_margin(answer)
    if kept is not None and kept[0] == "incumbent_stays":
        heading = f"Stay with {names.full(chosen)}"
    else:
        heading = advice(chosen, names)
    beneath = _beneath(answer, chosen, kept)
    return Sentence(_eyebrow(answer, chosen), heading, total, beneath, chosen.mode)


def advice(option: ReportOption, names: Names) -> str:
    """Return what to do to have an option, as an order: Reserve one 2×H100 replica at Together."""
    if option.mode == "serverless":
        offer = names.offer(option.serverless)
        unit = "per token" if any("tokens" in line.code for line in option.lines) else "per use"
        warm = f" and keep {words.plural(option.warm_instances, 'instance')} warm" if option.warm_instances else ""
        return f"Pay {unit} at {offer.label}{warm}"
    offer = names.offer(option.dedicated)
    if option.mode == "autoscaled":
        least, most = option.minimum_units or 0, option.units
        return f"Let {offer.provider} run {least} to {units_of(offer, most or 0)} as needed"
    term = "on demand" if not option.term_months else f"for {words.term(option.term_months)}"
    reserve = f"Reserve {reserved_units(offer, option)} at {offer.provider}, {term},"
    if option.serverless is None:
        return f"{reserve} for everything"
    return f"{reserve} and let what overflows go to {names.offer(option.serverless).label}"


def reserved_units(offer: OfferName, option: ReportOption) -> str:
    """Return the units that an option reserves: 100 PTU; 3 input units and 5 output units."""
    first = units_of(offer, option.units or 0)
    if not option.second_units:
        return first
    second = offer.second_unit if option.second_units == 1 else words.many(offer.second_unit)
    return f"{first} and {words.number_word(option.second_units)} {second}"


def units_of(offer: OfferName, number: int) -> str:
    """Return a number of an offer's units: one 2×H100 replica, 100 PTU."""
    return f"{words.number_word(number)} {offer.counted(number)}"


def is_unpriced(answer: Answer, option: ReportOption) -> bool:
    """Return whether an option has no price, since it is billed or sized by tokens and none were recorded."""
    totals = answer.measured.totals
    untold = not totals.input_tokens and not totals.output_tokens
    return "tokens_unknown" in option.violation_codes or (untold and any("token" in s for s in option.violations))


def kept_by_margin(answer: Answer) -> tuple[str, ReportOption, Decimal] | None:
    """Return why a dearer way is kept: the reason's code, the cheapest way, and what it would save a month."""
    chosen, reason = answer.chosen, answer.reason("incumbent_stays", "kept_for_simplicity")
    if chosen is None or reason is None:
        return None
    cheapest = answer.by_key.get(str(reason.numbers.get("option")))
    if cheapest is None:
        return None
    return reason.code, cheapest, chosen.adjusted - cheapest.adjusted


def margin(answer: Answer) -> str:
    """Return the saving that a change must bring, as a share in words."""
    return words.share(float(answer.policy["margin"]))


def against(answer: Answer, chosen: ReportOption, mode: str) -> tuple[ReportOption, Decimal] | None:
    """Return the best way of another mode and what it costs more a month than the chosen; negative for less."""
    best = answer.best_of(mode)
    return None if best is None or mode == chosen.mode else (best, best.adjusted - chosen.adjusted)


def _eyebrow(answer: Answer, chosen: ReportOption) -> str:
    if answer.provisional:
        return f"Provisional: {words.duration(answer.measured.days * 86400)} of {_days_needed(answer)} days measured"
    return f"Recommendation: {chosen.mode}"


def _days_needed(answer: Answer) -> str:
    return words.rate(float((answer.policy.get("sufficiency") or {}).get("days", 7)))


def _beneath(answer: Answer, chosen: ReportOption, kept: tuple[str, ReportOption, Decimal] | None) -> str:
    if kept is not None:
        code, other, saving = kept
        binds = code == "incumbent_stays" or other.term_months
        name = "margin" if binds or "simplicity_margin" not in answer.policy else "simplicity_margin"
        whole = chosen.adjusted
        share = f" ({words.share(float(saving / whole))})" if whole else ""
        why = "a change must save" if code == "incumbent_stays" else "a less simple or longer bound way must save"
        saved = f"The cheapest other way would save {words.money(saving)}{share} at the traffic to be expected"
        return f". {saved}, less than the {words.share(float(answer.policy[name]))} that {why}."
    compared = [
        _compared(chosen, best, more, mode)
        for mode in MODES
        if (found := against(answer, chosen, mode)) is not None
        for best, more in [found]
    ]
    where = ", at the traffic to be expected" if chosen.adjusted != chosen.total else ""
    return f", {words.listed(compared)}{where}." if compared else "."


def _compared(chosen: ReportOption, best: ReportOption, more: Decimal, mode: str) -> str:
    what = f"{mode} alone" if mode != "hybrid" and chosen.mode != "serverless" else f"the best {mode} way"
    if not best.adjusted or not more:
        return f"the same as {what}" if not more else f"{words.money(abs(more))} more than {what}"
    least = "at least " if best.ruled_out else ""
    share = words.share(abs(float(more / best.adjusted)))
    return f"{least}{words.money(abs(more))} ({share}) {'less' if more > 0 else 'more'} than {what}"


def _not_yet(answer: Answer, names: Names) -> Sentence:
    needed = float((answer.policy.get("sufficiency") or {}).get("days", 7))
    missing = needed - float(answer.measured.days)
    heading = "Not yet: the traffic so far is not enough to decide on"
    if missing > 0:
        whole = int(missing) + (missing % 1 > 0)
        heading = f"Not yet: measure {words.plural(whole, 'more day', 'more days')}"
    subject = answer.subject
    beneath = "There is nothing to compare yet."
    if subject is not None and is_unpriced(answer, subject):
        beneath = UNPRICED
    elif subject is not None:
        beneath = (
            f"What it would be on the traffic so far: {names.full(subject)}, {words.money(subject.total)} "
            f"{answer.currency} a month, not to be bought on."
        )
    return Sentence("Recommendation: none yet", heading, None, beneath, None)


def _nothing(answer: Answer, names: Names) -> Sentence:
    subject = answer.subject
    if subject is not None and is_unpriced(answer, subject):
        return Sentence(
            "Recommendation: none", "Nothing can be priced: the traffic has no tokens", None, UNPRICED, None
        )
    beneath = "The policy's modes leave no option of these offers: allow more modes, or add a price sheet."
    if subject is not None:
        reason = names.sentence(subject.violations[0]) if subject.violations else "It was ruled out by its cost alone."
        nearest = f"{names.full(subject)} at {words.money(subject.total)} {answer.currency} a month"
        beneath = f"The nearest, {nearest}, misses: {reason}"
    return Sentence("Recommendation: none", "Nothing on offer meets the needs", None, beneath, None)
