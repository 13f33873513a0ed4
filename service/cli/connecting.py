"""What commands on a service elsewhere share: where it is, whose key, and how answers are printed."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

import click

from service.cli.exits import refusing
from service.cli.remote import Remote


def connected(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the service, and `--address`, `--key` and `--json`."""

    @click.option("--address", envvar="CROSSOVER_ADDRESS", default="http://127.0.0.1:8000", show_default=True,
                  help="Of the service; or CROSSOVER_ADDRESS.")  # fmt: skip
    @click.option("--key", envvar="CROSSOVER_KEY", required=True, help="API key; better as CROSSOVER_KEY.")
    @click.option("--json", "as_json", is_flag=True, help="Print it as the API answers it.")
    @wraps(command)
    def called(address: str, key: str, **said: Any) -> None:  # noqa: ANN401
        """Call the command with the service."""
        with refusing():
            command(Remote(address, key), **said)

    return called


def given(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said, days as the API spells them; what was not said is left out."""
    values = {name: value for name, value in said.items() if value is not None}
    return {name: str(value.date()) if isinstance(value, datetime) else value for name, value in values.items()}


def answer(found: Any, as_json: bool, text: Callable[[Any], str]) -> None:  # noqa: ANN401
    """Print an answer, for people or as JSON."""
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else text(found))
