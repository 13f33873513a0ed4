"""The API's description, read for people: operations by tag, their fields as rows, a call to copy."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")

DEEPEST = 5
"""How deep the fields of a body are told; what lies deeper is in /openapi.json."""

WORKED = Path(__file__).parent / "worked_examples.json"
"""A request of every operation with its answer, recorded by tests."""

SHORT = 100
"""Letters of a body that stands on one line."""

SAMPLES = {"string": "…", "integer": 1, "number": 1.0, "boolean": True, "null": None}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field or parameter: its name (of what lies in another, the whole way), type, bounds, meaning."""

    name: str
    type: str
    required: bool
    bounds: str
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. answers: status, what it means, and the fields of what is answered; problems: the other statuses.

    curl: a worked example as a command; file: how the file that it sends begins; example: what it was answered, cut
    short, with its status. Empty where there is none.
    """

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: list[FieldRow]
    body: list[FieldRow]
    media: list[str]
    answers: list[tuple[str, str, list[FieldRow]]]
    problems: list[tuple[str, str]]
    curl: str
    file: str = ""
    example: str = ""
    status: str = ""


class Description:
    """An OpenAPI document as pages show it."""

    def __init__(self, document: Json, worked: Json) -> None:
        """Keep the document; worked: the examples by operation, as WORKED holds them."""
        self.document = document
        self.worked = worked

    def tags(self) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
        """Return every tag with what it is about and its operations: id, call and summary."""
        found: dict[str, list[tuple[str, str, str]]] = {tag["name"]: [] for tag in self.document["tags"]}
        for path, method, operation in self._operations():
            call = f"{method.upper()} {path}"
            found[operation["tags"][0]].append((operation["operationId"], call, operation["summary"]))
        return [(tag["name"], tag.get("description", ""), found[tag["name"]]) for tag in self.document["tags"]]

    def operations(self, tag: str) -> list[Operation]:
        """Return the operations of a tag; none for one that there is not."""
        return [self._operation(path, method, one) for path, method, one in self._operations() if tag in one["tags"]]

    def _operations(self) -> Iterator[tuple[str, str, Json]]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    shared = item.get("parameters", [])
                    yield path, method, item[method] | {"parameters": shared + item[method].get("parameters", [])}

    def _operation(self, path: str, method: str, one: Json) -> Operation:
        parameters = [self._parameter(self._followed(parameter)) for parameter in one["parameters"]]
        content = one.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is not None and schema.get("format") == "binary":
            schema = None
        answers, problems = [], []
        worked = self.worked.get(one["operationId"], {})
        for status, answer in sorted(one["responses"].items()):
            told = self._followed(answer)
            if status[0] in "23":
                fields = told.get("content", {}).get("application/json", {}).get("schema")
                answers.append((status, told["description"], [] if fields is None else list(self._rows(fields))))
            elif status != "default":
                problems.append((status, told["description"]))
        return Operation(
            one["operationId"],
            method.upper(),
            path,
            one["summary"],
            one.get("description", ""),
            one.get("x-scope", ""),
            parameters,
            [] if schema is None else list(self._rows(schema)),
            [] if schema is not None else list(content),
            answers,
            problems,
            self._curl(path, method, schema, content, worked),
            worked.get("file", ""),
            worked.get("text")
            or (json.dumps(worked["answer"], ensure_ascii=False, indent=2) if "answer" in worked else ""),
            str(worked.get("status", "")),
        )

    def _parameter(self, parameter: Json) -> FieldRow:
        schema = self._followed(parameter["schema"])
        name = f"{parameter['name']} ({parameter['in']})"
        description = str(parameter.get("description") or schema.get("description", ""))
        return FieldRow(name, self._type(schema), parameter.get("required", False), _bounds(schema), description)

    def _rows(self, schema: Json, at: str = "", depth: int = 0) -> Iterator[FieldRow]:
        """Yield the fields of a schema, those inside others after them."""
        whole = self._followed(schema)
        if "items" in whole:
            yield from self._rows(whole["items"], f"{at}[]", depth)
            return
        for one in (*whole.get("oneOf", ()), *whole.get("anyOf", ())):
            yield from self._rows(one, at, depth)
        required = whole.get("required", ())
        for name, field in whole.get("properties", {}).items():
            inner = self._followed(field)
            path = f"{at}.{name}".removeprefix(".")
            yield FieldRow(path, self._type(inner), name in required, _bounds(inner), inner.get("description", ""))
            if depth < DEEPEST and not self._is_simple(inner):
                yield from self._rows(inner, path, depth + 1)

    def _is_simple(self, schema: Json) -> bool:
        inner = self._followed(schema["items"]) if "items" in schema else schema
        return not {"properties", "oneOf", "anyOf"} & inner.keys()

    def _type(self, schema: Json) -> str:
        for several in ("oneOf", "anyOf"):
            if several in schema:
                return " or ".join(dict.fromkeys(self._type(self._followed(one)) for one in schema[several]))
        kinds = schema.get("type", "any")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        told = [f"{schema.get('format', kind)}" if kind == "string" else kind for kind in kinds]
        if "array" in told and "items" in schema:
            told[told.index("array")] = f"list of {self._type(self._followed(schema['items']))}"
        return " or ".join(told)

    def _followed(self, one: Json) -> Json:
        """Return what a reference names, what stands beside it on top; parts that must all hold laid together."""
        if "$ref" in one:
            found: Any = self.document
            for step in one["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            return self._followed(found) | {name: value for name, value in one.items() if name != "$ref"}
        if "allOf" in one:
            parts = [self._followed(part) for part in one["allOf"]]
            return {name: value for part in parts for name, value in part.items()} | {
                name: value for name, value in one.items() if name != "allOf"
            }
        return one

    def _curl(self, path: str, method: str, schema: Json | None, content: Json, worked: Json) -> str:
        """Return the call as a command to copy: what must be filled in stands in angle brackets."""
        address = "http://127.0.0.1:8000" + worked.get("address", path.replace("{", "<").replace("}", ">"))
        lines = [f"curl -X {method.upper()} '{address}'", "-H 'Authorization: Bearer <key>'"]
        if "if_match" in worked:
            lines.append(f"-H 'If-Match: {worked['if_match']}'")
        if schema is not None:
            body = worked.get("body", self._sample(schema))
            text = json.dumps(body, ensure_ascii=False)
            text = text if len(text) <= SHORT else json.dumps(body, ensure_ascii=False, indent=2)
            lines += ["-H 'Content-Type: application/json'", f"-d {quote(text)}"]
        elif content:
            lines += [f"-H 'Content-Type: {next(iter(content))}'", "--data-binary @<file>"]
        return " \\\n  ".join(lines)

    def _sample(self, schema: Json, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON
        """Return the smallest body that has everything required."""
        whole = self._followed(schema)
        for given in ("example", "const", "default"):
            if given in whole:
                return whole[given]
        if "enum" in whole:
            return whole["enum"][0]
        for several in ("oneOf", "anyOf"):
            if several in whole:
                return self._sample(whole[several][0], depth)
        if "items" in whole:
            return [self._sample(whole["items"], depth + 1)] if whole.get("minItems") else []
        if "properties" in whole or whole.get("type") == "object":
            properties = whole.get("properties", {})
            return {
                name: self._sample(properties[name], depth + 1)
                for name in whole.get("required", ())
                if name in properties
            }
        kind = whole.get("type", "string")
        return SAMPLES.get(kind if isinstance(kind, str) else kind[0], "…")


def _bounds(schema: Json) -> str:
    """Return what a value may be, in words."""
    said = []
    if "enum" in schema:
        said.append("one of " + ", ".join("null" if one is None else str(one) for one in schema["enum"]))
    for least, most, unit in (
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " letters"),
        ("minItems", "maxItems", " items"),
    ):
        low, high = schema.get(least), schema.get(most)
        if low is not None and high is not None:
            said.append(f"{_number(low)} to {_number(high)}{unit}")
        elif high is not None:
            said.append(f"at most {_number(high)}{unit}")
        elif low is not None:
            said.append(f"at least {_number(low)}{unit}")
    if schema.get("default") is not None:
        said.append(f"else {json.dumps(schema['default'])}")
    return "; ".join(said)


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,}"
