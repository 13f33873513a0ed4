"""Every field of an evaluation is documented, in the part of the page that it belongs to."""

import re
from collections.abc import Iterator
from typing import Any

import marshmallow as ma
import pytest

from service.evaluations.schemas import EvaluationSchema
from service.workflow.document import document
from service.workflow.evaluate import evaluate
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.remarks import Remark
from tests.guards.sources import ROOT
from tests.histories import series_of
from tests.markets import gpu_offer, rate, token_offer

PAGE = (ROOT / "docs/evaluations.md").read_text()


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    """Give an answer that has everything: two weeks, a commitment, a hybrid and flips."""
    offers: list[Offer] = [token_offer("tok", "8", "60"), gpu_offer("gpu", rate("0.05"), rate("0.04", 12))]
    history = series_of([3, 0, 0, 9, 40, 2] * 56, bucket=3600)
    remarks = [Remark("traffic", "c", "s")]
    return dict(document(evaluate(history, offers, Policy(), threads=1, remarks=remarks)))


def names(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the names of the fields in a JSON value; money has none, nor have numbers by names of their own."""
    if isinstance(value, list):
        for entry in value:
            yield from names(entry)
    elif isinstance(value, dict) and value.keys() != {"amount", "currency"}:
        for name, entry in value.items():
            yield name
            if name != "numbers":
                yield from names(entry)


def declared(schema: ma.Schema) -> Iterator[str]:
    """Yield the names of a schema's fields and, but for the policy, of the schemas nested in it."""
    for name, field in schema.fields.items():
        yield name
        inner = field.inner if isinstance(field, ma.fields.List) else field
        if isinstance(inner, ma.fields.Nested) and name != "policy":
            yield from declared(inner.schema)


def unsaid(text: str, fields: set[str]) -> set[str]:
    """Return the fields that no code span of a text names; JSON in a code block names its own."""
    return fields - set(re.findall(r"\w+", " ".join(re.findall(r"```.*?```|`[^`]+`", text, re.DOTALL))))


@pytest.mark.parametrize("part", ["measurement", "options", "comparison", "findings", "recommendation"])
def test_every_field_of_an_answer_is_documented(part: str, answer: dict[str, Any]) -> None:
    section = PAGE.partition(f"### `{part}`\n")[2].partition("\n##")[0]
    found = set(names(answer[part]))
    assert found, part
    assert not unsaid(section, found)


def test_every_declared_field_is_documented() -> None:
    assert not unsaid(PAGE, set(declared(EvaluationSchema())))
