"""Who sells models and which have one date alone, out of the installed price lists: what names of models go by.

`python -m bench listed_names` writes service/model_names/listed_names.json anew; a test tells when it is due.
"""

import importlib.metadata
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from genai_prices.data_snapshot import get_snapshot

from service.model_names.canonical import DATED, by_form
from service.price_sheets.importers.litellm import MODES, installed

TARGET = Path(__file__).parents[1] / "service" / "model_names" / "listed_names.json"

OTHER_WEIGHTS = frozenset(
    {
        "bert", "darkbloom", "deepseek-r1", "deepseek-v3", "gryphe", "huggingfaceh4", "lemonade", "llamagate",
        "lukealonso", "nousresearch", "ollama", "openpipe", "pinstripes", "preset", "routers", "sagemaker", "thebloke",
        "togethercomputer", "accounts", "models", "petals", "triton",
    }
)  # fmt: skip
"""Beginnings of names under which models are sold quantized or tuned by default, or that say nothing of who sells."""


PINNED = re.compile(r"(claude|gpt|o\d)(?=-)[^/:]+")
"""Models whose makers keep a name without a date for one model; those of others move on to the next."""


def names() -> Iterator[str]:
    """Yield the names of all text models of both lists."""
    listed, _ = installed()
    yield from (key for key, entry in listed.items() if entry.get("mode") in MODES)
    yield from (model.id for provider in get_snapshot().providers for model in provider.models)


def namespaces() -> list[str]:
    """Return the beginnings of names in both lists, and the providers themselves."""
    listed, _ = installed()
    found = {provider.id for provider in get_snapshot().providers}
    found |= {str(entry.get("litellm_provider")) for entry in listed.values()}
    found |= {part for name in names() for part in name.split("/")[:-1]}
    words = {name.casefold() for name in found if not any(c.isspace() for c in name)} - OTHER_WEIGHTS
    return sorted(word for word in words if "commitment" not in word)


def only_dated() -> dict[str, str]:
    """Return the names without a date of which the lists know one dated model, with that one."""
    dates: dict[str, set[str]] = defaultdict(set)
    for name in names():
        form = by_form(name)
        if PINNED.match(form) and (found := DATED.fullmatch(form)):
            dates[found["model"]].add(form)
    return {model: found.pop() for model, found in sorted(dates.items()) if len(found) == 1}


def listing() -> dict[str, object]:
    """Return what the file holds."""
    packages = [f"{name} {importlib.metadata.version(name)}" for name in ("litellm", "genai-prices")]
    return {"lists": " and ".join(packages), "namespaces": namespaces(), "only_dated": only_dated()}


def main() -> None:
    """Write the file, namespaces first: forms of names go by them."""
    TARGET.write_text(json.dumps(listing(), indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(namespaces())} namespaces, {len(only_dated())} models with one date")
