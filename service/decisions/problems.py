"""Problems of decisions: which rule forbids a step, who may take it, what would satisfy it."""

from service.decisions.states import TRANSITIONS
from service.kit.http.problems import Problem, define

STEP_NOT_ALLOWED = define(
    "step-not-allowed", 409, "Step not allowed",
    "The decision's state has no such step; the detail says what happened to it, and which steps there are now. What "
    "is decided is never edited: correct it by a new decision that names the old one.",
)  # fmt: skip

GUARDRAIL = define(
    "guardrail", 409, "Blocked by a guardrail",
    "A rule of your organization's guardrails forbids the step. `errors` lists each rule and what would satisfy it.",
)  # fmt: skip

NOT_ENTITLED = define(
    "not-entitled", 403, "Not yours to decide",
    "Nobody decides on what they proposed or own, with whichever key, and votes need a role that the guardrails name. "
    "The detail says who may.",
)  # fmt: skip


def step_not_allowed(state: str, after: str, told: str) -> Problem:
    """Return the problem of a step that the table does not have from this state."""
    may = [f"{step.after} ({step.who})" for step in TRANSITIONS if state in step.before]
    steps = f"From here: {'; '.join(may)}." if may else "Nothing follows: correct it by a new decision."
    return Problem(STEP_NOT_ALLOWED, f"The decision is {state} and cannot become {after}. {told} {steps}".strip())
