"""Pages of decisions: proposed, voted on, bought, ended, held against what came, and renewed."""

from flask import Blueprint

from service.pages.decisions import (
    guardrails,
    listing,
    one,
    outcome_form,
    outcomes,
    proposing,
    renewals,
    scorecard,
    steps,
)


def register(blueprint: Blueprint) -> None:
    """Add the pages and forms of decisions."""
    for module in (listing, one, proposing, steps, outcome_form, outcomes, scorecard, renewals, guardrails):
        module.register(blueprint)
