"""Steps beside the usual way: a proposal moved onto newer evidence, an owner's approval alone, and its review."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint

from service.decisions import breaking_glass, rebasing
from service.decisions.approval_schemas import NewBreakGlassSchema, NewRebaseSchema, NewReviewSchema
from service.kit.db.transaction import Actor, Transaction
from service.pages import door, fields
from service.pages.decisions.one import ONE, show_decision
from service.pages.decisions.steps import require_seen, seen

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add what takes the forms."""
    door.form(blueprint, f"{ONE}/rebase", "decisions:propose", move_to_newer, prepare=_differences, again=show_decision)
    door.form(blueprint, f"{ONE}/break-glass", "organization:write", approve_alone, again=show_decision)
    door.form(blueprint, f"{ONE}/review", "decisions:approve", review_approval, again=show_decision)


def move_to_newer(tx: Transaction, form: Json, decision_id: str, prepared: Json) -> str:
    """Move a proposal, as the reader saw it, onto a newer evaluation of its workload."""
    rebasing.rebase(tx, seen(tx, form, decision_id), _moved(form), prepared)
    return f"/decisions/{decision_id}"


def approve_alone(tx: Transaction, form: Json, decision_id: str) -> str:
    """Approve as an owner, past quorum and guardrails, the content that the reader saw."""
    said = {"reason": form.get("because", "").strip(), "digest": form.get("digest", "")}
    breaking_glass.break_glass(tx, decision_id, fields.loaded(NewBreakGlassSchema(), said))
    return f"/decisions/{decision_id}"


def review_approval(tx: Transaction, form: Json, decision_id: str) -> str:
    """Say what the review of an owner's approval found."""
    said = fields.loaded(NewReviewSchema(), {"review": form.get("review", "").strip()})
    breaking_glass.review(tx, decision_id, said["review"])
    return f"/decisions/{decision_id}"


@contextmanager
def _differences(actor: Actor, form: Json, decision_id: str) -> Iterator[Json]:
    """Give how the option differs on the newer evaluation. Raises Problem 404, 409 and 422."""
    with rebasing.compared(
        actor, decision_id, _moved(form), match=lambda decision: require_seen(decision, form)
    ) as found:
        yield found


def _moved(form: Json) -> Json:
    """Return what is said of the move; a reason is carried over where none is given."""
    said = fields.said(form, ("evaluation_id", "option")) | {"override_reason": form.get("moved_because", "").strip()}
    return fields.loaded(NewRebaseSchema(), said)
