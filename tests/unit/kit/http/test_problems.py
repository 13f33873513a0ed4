"""Problem documents are complete, and their kinds are documented once."""

import pytest

from service.kit.http import problems
from service.kit.http.problems import FieldError, Problem


def test_a_problem_document_says_all_there_is_to_say() -> None:
    error = FieldError("/name", "required", "Missing data for required field.")
    problem = problems.invalid(error, FieldError("/x", "unknown_field", "Unknown field."))
    assert problem.document("/v1/workloads", "abc") == {
        "type": "/docs/problems/invalid-request",
        "title": "Invalid request",
        "status": 422,
        "detail": "/name: Missing data for required field. (1 more)",
        "instance": "/v1/workloads",
        "request_id": "abc",
        "errors": [
            {"in": "body", "pointer": "/name", "code": "required", "detail": "Missing data for required field."},
            {"in": "body", "pointer": "/x", "code": "unknown_field", "detail": "Unknown field."},
        ],
    }


def test_a_code_is_defined_once() -> None:
    with pytest.raises(ValueError, match="defined twice"):
        problems.define("not-found", 404, "Again", "Never.")


def test_every_kind_tells_its_mend() -> None:
    for kind in problems.catalogue():
        assert kind.help.endswith("."), kind.code
        assert 400 <= kind.status < 600
        assert Problem(kind, "x").code == kind.status
