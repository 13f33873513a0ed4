"""Every knob as a field of a form: there, with its default, and read as the API reads it."""

from decimal import Decimal
from typing import Any

from service.pages.start import knobs
from service.policies.policy_schema import policy_document, policy_of

EVERY = [line for _, lines in knobs.lines() for line in lines]


def flat(document: dict[str, Any], at: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in document.items():
        inner = flat(value, f"{at}{name}.") if isinstance(value, dict) and value else {f"{at}{name}": value}
        found |= inner
    return found


def test_what_is_no_question_is_a_field_or_said_to_be_written_out() -> None:
    told = {line.name for line in EVERY}
    assert {name for name in flat(policy_document(policy_of({}))) if "preferred" not in name} == told
    assert {line.name for line in EVERY if line.asked} == knobs.ASKED.keys()
    written = {line.name for line in EVERY if not line.typed and not line.asked}
    assert written == {"commitments", "exchange_rates", "uncertainty.residuals"}


def test_defaults_typed_out_say_the_default_policy() -> None:
    spelled = {"yes": "true", "no": "false"}
    typed = {f"knob.{x.name}": spelled.get(x.default, x.default) for x in EVERY if x.typed and x.default != "none"}
    assert len(typed) > 30
    assert policy_of(knobs.said(typed)) == policy_of({})


def test_what_is_typed_is_read_as_numbers_names_and_words() -> None:
    form = {
        "knob.hybrid.threshold": "0,5",
        "knob.modes": "serverless, hybrid",
        "knob.currency": "eur",
        "knob.latency.metric": "end_to_end",
        "knob.traffic_factor": "1,5",
        "knob.seed": " ",
        "knob.queue.wait_ms": "much",
    }
    assert knobs.said(form) == {
        "hybrid": {"threshold": Decimal("0.5")},
        "modes": ["serverless", "hybrid"],
        "currency": "EUR",
        "latency": {"metric": "end_to_end"},
        "traffic_factor": "1.5",
        "queue": {"wait_ms": "much"},
    }
    assert knobs.field_of("/policy/queue/wait_ms", form) == "knob.queue.wait_ms"
    assert knobs.field_of("/policy/modes/0", form) == "knob.modes"
    assert knobs.field_of("/policy/seed", form) is None, "what was left empty is not at fault"
