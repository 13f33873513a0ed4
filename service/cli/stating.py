"""`crossover traffic-sql`: statements over a table of a warehouse, printed."""

from collections.abc import Iterator, Sequence

from marshmallow import ValidationError

from service.cli.exits import Refused
from service.kit.http.problems import Problem
from service.kit.http.query import schema_errors
from service.traffic_sources.notes import notes
from service.traffic_sources.statements import Statement, statements
from service.traffic_sources.table_query import TableWords, table_map


def sql(dialect: str, table: str, columns: Sequence[str], told: Sequence[str], purpose: str | None) -> str:
    """Return the statements over a table with what to know of them as comments, or one statement alone.

    columns: FIELD=COLUMN each. told: NAME=VALUE each, as in the query of the API. purpose: of the one.
    Raises Refused.
    """
    words = {"dialect": dialect, "table": table}
    words |= {f"column.{field}": name for field, name in _pairs("--column", columns, "FIELD=COLUMN")}
    words |= dict(_pairs("--read", told, "NAME=VALUE"))
    try:
        mapped = table_map(TableWords().load(words))
        made = statements(mapped)
    except ValidationError as error:
        raise Refused(*(_said(fault.pointer[1:], fault.detail) for fault in schema_errors(error))) from error
    except Problem as problem:
        raise Refused(problem.detail) from problem
    if purpose is None:
        heads = [f"-- {note}" for note in notes(mapped)]
        return "\n".join([*heads, "", *(_headed(statement) for statement in made)])
    found = [statement.sql for statement in made if statement.purpose == purpose]
    if not found:
        raise Refused("--only rows: say --read start=... and --read end=..., both on a whole hour")
    return f"{found[0]}\n"


def _pairs(option: str, pairs: Sequence[str], form: str) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Refused(f"{option} {pair}: write it as {form}")
        yield name, value


def _said(name: str, detail: str) -> str:
    if name.startswith("column."):
        return f"--column {name.removeprefix('column.')}=...: {detail}"
    return f"--{name}: {detail}" if name in ("dialect", "table") else f"--read {name}: {detail}"


def _headed(statement: Statement) -> str:
    use = "for looking at" if statement.upload is None else f"upload its result with ?{statement.upload}"
    return f"-- {statement.purpose} ({statement.digest}): {use}\n{statement.sql};\n"
