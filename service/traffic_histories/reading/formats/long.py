"""Tables with a row a metric, as monitoring and billing systems write them, turned to a row a bucket."""

# ruff: noqa: S608 - every name and value in this SQL passed `literal`, or is a cast this package wrote.

from dataclasses import dataclass, replace

import duckdb

from service.traffic_histories.reading.aliases import SPELLINGS, plain_name
from service.traffic_histories.reading.duckdb_connection import literal
from service.traffic_histories.reading.errors import RefusedError
from service.traffic_histories.reading.keys import KEY_SPELLINGS
from service.traffic_histories.reading.report import Report
from service.traffic_histories.reading.table import SAMPLE_ROWS, Table

METRIC = ("metric_name", "metric", "sku_meter")
VALUE = ("total", "sum", "consumed_quantity", "value")
MOST_METRICS = 60

FOCUS_METRICS = (
    ("cached_input_tokens", "'(cach(e|ed)).*(read|hit|inp)|(inp|read|hit).*cach|cached'"),
    ("cache_write_input_tokens", "'cach.*(writ|creat)|(writ|creat).*cach'"),
    ("uncached_input_tokens", "'inp|prompt'"),
    ("output_tokens", "'out|opt|complet|generat'"),
)
"""Column → pattern of a meter's name in rows of a bill (FOCUS), the first that fits; a cache write before a read."""


@dataclass(frozen=True, slots=True)
class Long:
    """The columns of a long table: time, metric, value, unit, those by which prices differ, and a period's end."""

    time: str
    metric: str
    value: str
    unit: str | None
    apart: tuple[str, ...]
    end: str | None = None


def widened(connection: duckdb.DuckDBPyConnection, table: Table, report: Report) -> Table:
    """Return a table with a row a metric as one with a row a bucket and a column a metric; others as they are."""
    found = _recognised(table)
    if found is None:
        return table
    if plain_name(found.value) == "consumedquantity":
        return _of_bill(connection, table, found, report)
    metric = table.cells[found.metric]
    names = connection.execute(
        f"SELECT DISTINCT {metric} FROM {table.relation} WHERE NOT blank({metric}) LIMIT {MOST_METRICS}"
    ).fetchall()
    columns = {name: f"{metric} = {literal(name)}" for (name,) in sorted(names) if name != "end-of-file"}
    known = {plain_name(name) for spellings in SPELLINGS.values() for name in spellings}
    if not any(plain_name(name) in known for name in columns):
        return table
    report.find("row_a_metric", f"rows of {len(columns)} metrics in {found.metric!r} were read as a row a bucket")
    return _wide(connection, table, found, columns, table.cells[found.value])


def _recognised(table: Table) -> Long | None:
    time, metric, value = (first_of(table, spellings) for spellings in (SPELLINGS["arrival"], METRIC, VALUE))
    if value is not None and plain_name(value) == "consumedquantity":
        metric = first_of(table, ("sku_meter", "charge_description", "sku_id"))
        time = first_of(table, ("charge_period_start",))
    if time is None or metric is None or value is None:
        return None
    apart = tuple(name for spellings in KEY_SPELLINGS.values() if (name := first_of(table, spellings)) is not None)
    return Long(time, metric, value, first_of(table, ("consumed_unit",)), apart)


def first_of(table: Table, spellings: tuple[str, ...]) -> str | None:
    """Return the first column that is spelled so."""
    plain = {plain_name(name): name for name in reversed(table.names)}
    return next((plain[plain_name(name)] for name in spellings if plain_name(name) in plain), None)


def _of_bill(connection: duckdb.DuckDBPyConnection, table: Table, found: Long, report: Report) -> Table:
    """Return the tokens of a bill's rows: quantities in their units, meters by what their names say."""
    name = f"lower({table.cells[found.metric]})"
    kind = "CASE WHEN regexp_matches({0}, {2}) THEN '{1}' ".format(name, *FOCUS_METRICS[1])
    for column, pattern in (FOCUS_METRICS[0], *FOCUS_METRICS[2:]):
        kind += f"WHEN regexp_matches({name}, {pattern}) THEN '{column}' "
    kind += "END"
    unit = "''" if found.unit is None else f"lower({table.cells[found.unit]})"
    scale = (
        f"CASE WHEN regexp_matches({unit}, '1 ?m|million') THEN 1000000 WHEN regexp_matches({unit}, '1 ?k|thousand') "
    )
    scale += "THEN 1000 ELSE 1 END"
    value = f"CAST(TRY_CAST({table.cells[found.value]} AS DECIMAL(38, 9)) * {scale} AS VARCHAR)"
    tokens = f"({unit} LIKE '%token%' OR ({unit} = '' AND {name} LIKE '%token%'))"
    columns = {column: f"{tokens} AND {kind} = '{column}'" for column, _ in FOCUS_METRICS}
    words = "input|inpt|inp|output|outp|opt|out|cached|cache|reads?|writes?|hit|tokens?|token|prompt|completions?|1k|1m"
    model = f"trim(regexp_replace({name}, '\\b({words})\\b', ' ', 'g'))"
    with_model = replace(table, cells=dict(table.cells) | {"model": f"regexp_replace({model}, ' +', ' ', 'g')"})
    held = connection.execute(f"SELECT count(*) FILTER (WHERE {tokens}), count(*) FROM {table.relation}").fetchone()
    if not held or not held[0]:
        raise RefusedError(
            "unrecognised_columns", "no row of the bill is about tokens: ConsumedUnit names none", "column.input_tokens"
        )
    report.find(
        "bill_rows", f"{held[0]} of {held[1]} rows of the bill are about tokens; the others were left out", held[0]
    )
    return _wide(
        connection,
        with_model,
        replace(found, apart=("model",), end=first_of(table, ("charge_period_end",))),
        columns,
        value,
    )


def _wide(
    connection: duckdb.DuckDBPyConnection, table: Table, found: Long, columns: dict[str, str], value: str
) -> Table:
    """Return one row a time and key, a column a metric: its sum, or a text that is none where a value is no number."""
    keys = {"bucket": table.cells[found.time]} | {name: table.cells[name] for name in found.apart}
    keys |= {} if found.end is None else {"end": table.cells[found.end]}
    number = f"TRY_CAST({value} AS DECIMAL(38, 9))"
    picked = [f"{cell} AS k{index}" for index, cell in enumerate(keys.values())]
    for index, condition in enumerate(columns.values()):
        bad = f"count(*) FILTER (WHERE {condition} AND {number} IS NULL AND NOT blank({value}))"
        total = f"CAST(sum({number}) FILTER (WHERE {condition}) AS VARCHAR)"
        picked.append(f"CASE WHEN {bad} > 0 THEN 'unreadable' ELSE coalesce({total}, '0') END AS m{index}")
    grouped = ", ".join(f"k{index}" for index in range(len(keys)))
    wanted = " OR ".join(f"({condition})" for condition in columns.values())
    relation = f"(SELECT {', '.join(picked)} FROM {table.relation} WHERE {wanted} GROUP BY {grouped} ORDER BY ALL)"
    cells = {name: f"k{index}" for index, name in enumerate(keys)}
    cells = {("timestamp" if name == "bucket" else name): cell for name, cell in cells.items()}
    if "utc" in found.time.casefold():
        cells = {("timestamp [UTC]" if name == "timestamp" else name): cell for name, cell in cells.items()}
    cells |= {name: f"m{index}" for index, name in enumerate(columns)}
    rows = connection.execute(f"SELECT {', '.join(cells.values())} FROM {relation} LIMIT {SAMPLE_ROWS}").fetchall()
    sample = [dict(zip(cells, row, strict=True)) for row in rows]
    return Table(relation, cells, "hash(" + ", ".join(cells.values()) + ")", sample, bucketed=True)
