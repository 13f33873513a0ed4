"""Pages of decisions: proposed, voted on, bought, ended, held against what came, and renewed."""

from flask import Blueprint

from service.pages.decisions import (
    delegations,
    exceptions,
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
    for module in (
        listing,
        one,
        proposing,
        steps,
        exceptions,
        delegations,
        outcome_form,
        outcomes,
        scorecard,
        renewals,
        guardrails,
    ):
        module.register(blueprint)
