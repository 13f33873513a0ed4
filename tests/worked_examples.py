"""Worked examples of the reference: a request of every operation that succeeded, and its answer, cut short.

`make examples` records them anew, after an operation or what it answers has changed.
"""

import json
import os
from typing import Any

from service.pages.operations import WORKED
from tests.clients import Answer
from tests.examples import Good, Operation

Json = dict[str, Any]

RECORDING = "RECORD_EXAMPLES" in os.environ

MOST_LETTERS, MOST_ITEMS, MOST_LINES, DEEPEST = 160, 1, 4, 4
"""Of a text, of a list, of a file's beginning, and of objects within each other."""

SECRET = ("key", "secret")
"""Fields that are shown once to who asks for them, and never here."""


def worked(operation: Operation, parameters: dict[str, str], good: Good, answer: Answer) -> Json:
    """Return the example of an operation; without an answer where its example is refused for its state."""
    address = operation.at(parameters) + (f"?{good.query}" if good.query else "")
    found: Json = {"address": address}
    if operation.is_guarded:
        found["if_match"] = "*"
    if good.json is not None:
        found["body"] = good.json
    elif good.data is not None:
        found["file"] = _beginning(good.data)
    if answer.status_code < 300:
        found["status"] = answer.status_code
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if answer.data and kind == "application/json":
            found["answer"] = shortened(answer.json)
        elif answer.data and kind.startswith("text/"):
            found["text"] = _beginning(answer.data)
    return found


def shortened(value: Any, depth: int = 0, name: str = "") -> Any:  # noqa: ANN401 - any JSON
    """Return JSON that shows what is there and is short enough to read."""
    if name in SECRET and isinstance(value, str):
        return f"<{name}>"
    if isinstance(value, str):
        return value if len(value) <= MOST_LETTERS else value[:MOST_LETTERS] + "…"
    if isinstance(value, list):
        shown = [shortened(one, depth + 1) for one in value[:MOST_ITEMS]]
        return [*shown, "…"] if len(value) > MOST_ITEMS else shown
    if isinstance(value, dict):
        if depth >= DEEPEST and value:
            return {"…": "…"}
        return {key: shortened(one, depth + 1, key) for key, one in value.items()}
    return value


def record(examples: dict[str, Json]) -> None:
    """Keep the examples for the reference to show."""
    lines = [f"{json.dumps(name)}: {json.dumps(examples[name], ensure_ascii=False)}" for name in sorted(examples)]
    WORKED.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def outdated(examples: dict[str, Json]) -> list[str]:
    """Return the operations whose kept example is not as they answer now, by the fields of the answer."""
    kept = json.loads(WORKED.read_text())
    return sorted(name for name in kept.keys() | examples.keys() if _form(kept.get(name)) != _form(examples.get(name)))


def _form(example: Json | None) -> Any:  # noqa: ANN401 - what is compared
    if example is None:
        return None
    answer = example.get("answer")
    return example.get("status"), sorted(answer) if isinstance(answer, dict) else type(answer)


def _beginning(data: bytes) -> str:
    lines = data.decode("utf-8", "replace").splitlines()
    return "\n".join([*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])])
