"""The `crossover` command. Each command loads what it needs when it is called, so that none waits for the others."""

from pathlib import Path

import click

from service.cli.accounting import bills
from service.cli.deciding import decisions
from service.cli.exits import refusing
from service.cli.naming import model_aliases

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_OR_FOLDER = click.Path(exists=True, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="crossover")
def main() -> None:
    """Decide from measured traffic: serverless, dedicated or hybrid capacity for LLM inference."""


@main.command()
@click.option("--host", help="Address to listen on.  [default: CROSSOVER_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.  [default: CROSSOVER_PORT or 8000]")
@click.option("--migrate", is_flag=True, help="Bring the database up to date first.")
def serve(host: str | None, port: int | None, migrate: bool) -> None:
    """Start the server and stay up until interrupted."""
    from service.cli import serving

    with refusing():
        serving.serve(host, port, migrate=migrate)


@main.command()
def worker() -> None:
    """Take queued work until interrupted, on any machine that reaches the database."""
    from service.cli import working

    with refusing():
        working.work()


@main.command()
def migrate() -> None:
    """Create the database or bring it up to date."""
    from service.cli import serving

    with refusing():
        click.echo(serving.migrate())


@main.group()
def keys() -> None:
    """API keys."""


@keys.command("create")
@click.option("--organization", required=True, help="Name of the organization; it is created where there is none.")
@click.option("--name", default="command line", show_default=True, help="What the key is for.")
@click.option("--role", default="owner", show_default=True, help="What the key may do.")
def create_key(organization: str, name: str, role: str) -> None:
    """Create an API key and print it. It is shown this once."""
    from service.cli import creating

    with refusing():
        click.echo(creating.create(organization, name, role))


@main.command()
@click.option("--organization", required=True, help="Name or id of the organization whose events are checked.")
@click.option("--checkpoint", type=FILE, help="Checkpoint exported before: a tail cut off since is seen too.")
@click.option("--export", type=NEW_FILE, help="Write a signed checkpoint to this file; keep it off this machine.")
@click.pass_context
def audit(context: click.Context, organization: str, checkpoint: Path | None, export: Path | None) -> None:
    """Check that nothing stored was changed: events, price sheets, histories, evaluations; exit status 1 where it was.

    What is damaged is named.
    """
    from service.cli import auditing

    with refusing():
        intact, told = auditing.audit(organization, checkpoint, export)
        click.echo(told)
        context.exit(0 if intact else 1)


@main.command()
@click.argument("file", type=NEW_FILE)
def backup(file: Path) -> None:
    """Write a copy of the database to a new file while the service runs, and prove that it is whole."""
    from service.cli import backing_up

    with refusing():
        click.echo(backing_up.back_up(file))


@main.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Bring a backup into the configured database, which must be empty, and prove that it is what was backed up."""
    from service.cli import backing_up

    with refusing():
        click.echo(backing_up.restore(file))


@main.command()
@click.option("--check", type=FILE, help="Say whether this file is current instead; exit status 1 where it is not.")
def openapi(check: Path | None) -> None:
    """Print the OpenAPI document of the service as YAML."""
    from service.cli import description

    text = description.as_yaml()
    if check is None:
        click.echo(text, nl=False)
    elif check.read_text() != text:
        raise click.ClickException(f"{check} is not what the application generates; run `make openapi`")


@main.command()
@click.option("--prices", type=FILE_OR_FOLDER, multiple=True, required=True, help="Price sheet, or a folder of them.")
@click.option(
    "--traffic",
    type=FILE,
    multiple=True,
    required=True,
    help="Request log or series, as its writer exports it; more than once for the files of one history.",
)
@click.option("--policy", type=FILE, help="Policy, laid over the defaults.")
@click.option("--model", help="Leave out offers and traffic of other models.")
@click.option("--alias", "aliases", multiple=True, metavar="NAME=MODEL", help="Another name of a model, in any file.")
@click.option("--read", "told", multiple=True, metavar="NAME=VALUE", help="Read option of the API's upload.")
@click.option("--json", "as_json", is_flag=True, help="Print it as the API answers it.")
@click.option("--report", type=NEW_FILE, help="Write a page with pictures to this file too.")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    envvar="CROSSOVER_CLUSTER",
    show_envvar=True,
    help="Scheduler of a Dask cluster to replay on, such as tcp://scheduler:8786.",
)
@click.pass_context
def evaluate(
    context: click.Context,
    prices: tuple[Path, ...],
    traffic: tuple[Path, ...],
    policy: Path | None,
    model: str | None,
    aliases: tuple[str, ...],
    told: tuple[str, ...],
    as_json: bool,
    report: Path | None,
    cluster: str | None,
) -> None:
    """Decide on files, without a server or a database.

    Exit status: 0 with a recommendation, 2 where an input is refused, 3 where the traffic is not enough to decide,
    4 where no option meets the policy.
    """
    from service.cli import evaluating

    with refusing():
        evaluating.use_cluster(cluster)
        names = evaluating.named(aliases)
        files = evaluating.Files(
            prices, traffic, policy, model, evaluating.reading(told, () if model is None else names.asked(model)), names
        )
        if files.reading.split_by is not None:
            if report is not None:
                raise click.UsageError("--report is of one evaluation; choose a part with --read only.<key>=...")
            context.exit(evaluating.evaluate_split(files, as_json=as_json))
        context.exit(evaluating.evaluate(files, as_json=as_json, report_to=report))


@main.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--input-tokens", type=click.FloatRange(1), help="Of a request, where the files do not say it.")
@click.option("--output-tokens", type=click.FloatRange(2), help="Of a request, where the files do not say it.")
@click.option("--system", help="Of rows of several systems (MLPerf): the one that is meant, or a part of its name.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def capacity(
    files: tuple[Path, ...],
    input_tokens: float | None,
    output_tokens: float | None,
    system: str | None,
    as_json: bool,
) -> None:
    """Fit the `capacity` of an offer to results of a benchmark of one unit, with the error at every point left out.

    vLLM, SGLang, LLMPerf, GenAI-Perf, AIPerf, GuideLLM and inference-perf as they come; rows of MLPerf; tables (CSV,
    Markdown), those of NIM among them.
    """
    from service.cli import fitting

    lengths = {"input_tokens": input_tokens, "output_tokens": output_tokens}
    with refusing():
        fitting.capacity(files, lengths, system, as_json=as_json)


@main.command("traffic-sql")
@click.option("--dialect", required=True, help="duckdb, postgres, clickhouse, pyspark, snowflake, bigquery, trino, ...")
@click.option("--table", required=True, help="Table with a row a request: NAME, SCHEMA.NAME, CATALOG.SCHEMA.NAME.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=COLUMN", help="What a column is; once for each.")
@click.option(
    "--read", "told", multiple=True, metavar="NAME=VALUE", help="Word of the API, such as zone=Europe/Berlin."
)
@click.option("--only", "purpose", type=click.Choice(["sums", "rows", "counts"]), help="Print this statement alone.")
def traffic_sql(dialect: str, table: str, columns: tuple[str, ...], told: tuple[str, ...], purpose: str | None) -> None:
    """Print SQL that makes an upload of a table of requests: sums by bucket, and the rows of whole hours.

    Run it where the table is and upload what it returns, as CSV or Parquet, with the words printed above it. Needs the
    extra crossover[warehouse]; nothing is connected to.
    """
    from service.cli import stating

    with refusing():
        click.echo(stating.sql(dialect, table, columns, told, purpose), nl=False)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port of the server.")
@click.option("--once", is_flag=True, help="Stop after printing instead of staying up.")
def demo(port: int, once: bool) -> None:
    """Start a server, load the example over HTTP, evaluate it and print the recommendation."""
    from service.cli.demo import run

    with refusing():
        run.run(port, once=once)


main.add_command(decisions)
main.add_command(bills)
main.add_command(model_aliases)
