"""Texts of statements as they are: `python -m tests.statement_texts` writes them anew, for a person to look at."""

from pathlib import Path

from service.traffic_sources.statements import statements
from service.traffic_sources.table_map import DIALECTS
from service.traffic_sources.table_query import TableWords, table_map

FOLDER = Path(__file__).parent / "unit" / "traffic_sources" / "texts"

WORDS = {
    "table": "lake.llm.requests",
    "column.arrival": "requested_at",
    "column.input_tokens": "prompt_tokens",
    "column.cached_input_tokens": "cached_tokens",
    "column.output_tokens": "completion_tokens",
    "column.status": "status",
    "column.request_id": "request_id",
    "column.model": "model",
    "only.model": "gpt-4.1",
    "start": "2026-10-05T00:00:00Z",
    "end": "2026-10-12T00:00:00Z",
}


def text(dialect: str) -> str:
    """Return the statements over a usual table: of instants, and the sums of one whose times are of a zone."""
    instants = statements(table_map(TableWords().load({"dialect": dialect, **WORDS})))
    walls = statements(table_map(TableWords().load({"dialect": dialect, **WORDS, "zone": "Europe/Berlin"})))
    lengths = statements(table_map(TableWords().load({"dialect": dialect, **WORDS, "lengths": "128000,200000"})))
    named = [*((each.purpose, each) for each in instants), ("sums by the clocks of Europe/Berlin", walls[0])]
    named.append(("sums by the length of a request", lengths[0]))
    return "\n".join(f"-- {name}\n{each.sql};\n" for name, each in named)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in DIALECTS:
        (FOLDER / f"{each}.sql").write_text(text(each))
