"""`crossover decisions`: proposing, voting and buying from a script, over the service's REST API."""

from pathlib import Path
from typing import Any

import click

from service.cli import decision_text
from service.cli.connecting import answer, connected, given
from service.cli.remote import Remote

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def decisions() -> None:
    """Propose, vote, buy and look back, on a service at CROSSOVER_ADDRESS with the key CROSSOVER_KEY."""


@decisions.command("list")
@click.option("--state", help="proposed, approved, purchased, active, ended, rejected, withdrawn, lapsed, superseded.")
@click.option("--workload", "workload_id", help="Id of a workload.")
@click.option("--owner", "owner_id", help="Id of the member who owns it.")
@click.option("--reference", "external_reference", help="Ticket, later the order.")
@click.option("--due-by", type=DAY, help="To be decided by this day.")
@click.option("--review", type=click.Choice(["due", "overdue", "done"]), help="Of approvals by break-glass.")
@connected
def listed(remote: Remote, as_json: bool, **filters: Any) -> None:  # noqa: ANN401
    """List decisions, newest first."""
    found = list(remote.every("/v1/decisions", given(filters)))
    answer(found, as_json, decision_text.rows)


@decisions.command()
@click.argument("decision_id")
@connected
def show(remote: Remote, as_json: bool, decision_id: str) -> None:
    """Show a decision: how it stands, what it commits, who voted, what is next."""
    answer(remote.get(f"/v1/decisions/{decision_id}"), as_json, decision_text.one)


@decisions.command()
@click.option("--evaluation", "evaluation_id", required=True, help="Id of a completed evaluation.")
@click.option("--option", help="Key of an option.  [default: the recommended one]")
@click.option("--because", "override_reason", help="Why not the recommended option.")
@click.option("--kind", type=click.Choice(["buy", "renew", "resize", "end", "stay", "measure"]))
@click.option("--title")
@click.option("--owner", "owner_id", help="Member who answers for it.  [default: you]")
@click.option("--supersedes", "supersedes_id", help="Decision of the workload that it replaces.")
@click.option("--reference", "external_reference", help="A ticket, to find it by.")
@click.option("--cost-center")
@click.option("--project")
@click.option("--decide-by", type=DAY)
@click.option("--valid-until", type=DAY, help="It lapses after this day.")
@click.option("--purchase-by", type=DAY)
@click.option("--starts-on", type=DAY)
@connected
def propose(remote: Remote, as_json: bool, **said: Any) -> None:  # noqa: ANN401
    """Propose an option of an evaluation."""
    answer(remote.post("/v1/decisions", given(said)), as_json, decision_text.one)


@decisions.command()
@click.argument("decision_id")
@click.argument("cast", type=click.Choice(["approve", "reject", "abstain"]))
@click.option("--reason", help="Required of a rejection.")
@click.option("--digest", help="Of what you read; without it the decision is shown and you are asked.")
@click.option("--for", "on_behalf_of", help="Member who delegated their vote to you.")
@connected
def vote(remote: Remote, as_json: bool, decision_id: str, cast: str, digest: str | None, **said: Any) -> None:  # noqa: ANN401
    """Vote on what a decision says, and on nothing else it may say later."""
    path = f"/v1/decisions/{decision_id}"
    if digest is None:
        read = remote.get(path)
        click.echo(decision_text.one(read), err=True)
        click.confirm(f"{cast.capitalize()} this?", abort=True, err=True)
        digest = read["digest"]
    answer(remote.post(f"{path}/votes", {"vote": cast, "digest": digest, **given(said)}), as_json, decision_text.one)


@decisions.command()
@click.argument("decision_id")
@click.option("--reason", help="Required where somebody else proposed it.")
@connected
def withdraw(remote: Remote, as_json: bool, decision_id: str, **said: Any) -> None:  # noqa: ANN401
    """Withdraw a proposal."""
    path = f"/v1/decisions/{decision_id}"
    answer(remote.post(f"{path}/withdrawal", given(said), remote.tag(path)), as_json, decision_text.one)


@decisions.command()
@click.argument("decision_id")
@click.option("--evaluation", "evaluation_id", required=True, help="Id of a newer evaluation of the workload.")
@connected
def rebase(remote: Remote, as_json: bool, decision_id: str, **said: Any) -> None:  # noqa: ANN401
    """Move a proposal onto a newer evaluation; votes go along where nothing gets worse."""
    path = f"/v1/decisions/{decision_id}"
    answer(remote.post(f"{path}/rebase", given(said), remote.tag(path)), as_json, decision_text.one)


@decisions.command()
@click.argument("decision_id")
@click.option("--reference", required=True, help="Order number or contract id.")
@click.option("--monthly-per-unit", help="Price agreed, where it differs.")
@click.option("--upfront-per-unit", help="Price agreed, where it differs.")
@click.option("--starts-on", type=DAY)
@click.option("--ends-on", type=DAY)
@click.option("--notice-by", type=DAY)
@connected
def purchase(remote: Remote, as_json: bool, decision_id: str, **said: Any) -> None:  # noqa: ANN401
    """Record what was bought on an approved decision."""
    answer(remote.post(f"/v1/decisions/{decision_id}/purchases", given(said)), as_json, decision_text.one)


@decisions.command("purchase-request")
@click.argument("decision_id")
@click.option("--form", type=click.Choice(["json", "csv", "xml", "pdf"]), default="json", show_default=True)
@click.option("--profile", type=click.Choice(["generic", "netsuite"]), help="Of the CSV.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write it to a file.")
@connected
def purchase_request(
    remote: Remote, as_json: bool, decision_id: str, form: str, profile: str | None, output: Path | None
) -> None:
    """Give a decision as a purchase request."""
    del as_json  # the form says it
    asked = f"?format={form}" + ("" if profile is None else f"&profile={profile}")
    content = remote.call("GET", f"/v1/decisions/{decision_id}/purchase-request{asked}")[0]
    if output is not None:
        output.write_bytes(content)
    else:
        click.echo(content, nl=form == "json")
