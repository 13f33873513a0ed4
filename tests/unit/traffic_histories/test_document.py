"""The document about traffic names every parameter, every refusal, every writer and every field there is."""

import re
from pathlib import Path

from service.traffic_histories.reading.columns import FIELDS
from service.traffic_histories.schemas import SplitWords
from service.workflow.traffic import BUCKET_SECONDS

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/traffic.md").read_text()

ELSEWHERE = {"no_space", "unknown_field"}
"""Told as 507 for every upload, and never met over HTTP, where unknown parameters are refused before."""


def test_every_parameter_is_named() -> None:
    names = {field.data_key or name for name, field in SplitWords().fields.items()}
    assert {name for name in names if not name.startswith("column.") and f"`{name}`" not in TEXT} == set()


def test_every_field_is_named() -> None:
    short = {f"cache_write_{part}_input_tokens": f"`cache_write_{part}_…`" for part in ("5m", "1h")}
    assert [field for field in FIELDS if short.get(field, f"`{field}`") not in TEXT] == []


def test_every_refusal_is_named() -> None:
    sources = (ROOT / "service/traffic_histories/reading").rglob("*.py")
    refused = {code for path in sources for code in re.findall(r'RefusedError\(\s*"(\w+)"', path.read_text())}
    assert len(refused) > 20
    assert {code for code in refused - ELSEWHERE if f"`{code}`" not in TEXT} == set()


def test_every_length_of_buckets_is_named() -> None:
    assert f"of {', '.join(map(str, BUCKET_SECONDS[:-1]))} or {BUCKET_SECONDS[-1]} seconds" in TEXT
