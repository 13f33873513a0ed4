"""`crossover model-aliases`: names that mean a model, of an organization, over the service's REST API."""

from typing import Any

import click

from service.cli.connecting import answer, connected
from service.cli.exits import Refused
from service.cli.remote import Remote

PATH = "/v1/model-aliases"

Json = dict[str, Any]


@click.group("model-aliases")
def model_aliases() -> None:
    """Names that mean a model and do not look it, on a service at CROSSOVER_ADDRESS with the key CROSSOVER_KEY."""


@model_aliases.command("list")
@connected
def listed(remote: Remote, as_json: bool) -> None:
    """List aliases, newest first."""
    answer(list(remote.every(PATH, {})), as_json, lambda rows: "\n".join(map(_line, rows)) or "No alias.")


@model_aliases.command()
@click.argument("alias")
@click.argument("model")
@connected
def add(remote: Remote, as_json: bool, alias: str, model: str) -> None:
    """Say that ALIAS means MODEL; with ALIAS twice, that it is a model of its own whatever it looks like."""
    answer(remote.post(PATH, {"alias": alias, "model": model}), as_json, _line)


@model_aliases.command()
@click.argument("alias")
@connected
def remove(remote: Remote, as_json: bool, alias: str) -> None:
    """Delete an alias."""
    key = alias.strip().casefold()
    found = next((row for row in remote.every(PATH, {}) if key in (row["alias"], row["id"])), None)
    if found is None:
        raise Refused(f"{alias}: no such alias; `crossover model-aliases list` names them")
    path = f"{PATH}/{found['id']}"
    remote.call("DELETE", path, headers={"If-Match": remote.tag(path)})
    answer(found, as_json, lambda row: f"deleted: {_line(row)}")


def _line(row: Json) -> str:
    return f"{row['alias']} means {row['model']} ({row['canonical']})"
