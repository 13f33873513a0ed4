"""How commands end: exit statuses, and errors of the user told in one line each."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

BAD_INPUT = 2
"""An input, an option or a setting is refused; the message names it and the mend."""

STATUSES = {"insufficient_data": 3, "no_eligible_option": 4}
"""Answers without a recommendation: too little traffic, or nothing offered meets the policy's hard needs."""


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An input is refused for `reasons`, one line each."""

    def __init__(self, *reasons: str) -> None:
        """Keep the reasons."""
        super().__init__("\n".join(reasons))
        self.reasons = reasons


@contextmanager
def refusing() -> Iterator[None]:
    """Print the reasons of a refusal to standard error and end with status 2."""
    try:
        yield
    except Refused as refused:
        for reason in refused.reasons:
            click.echo(f"error: {reason}", err=True)
        sys.exit(BAD_INPUT)
