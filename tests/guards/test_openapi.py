"""openapi.yaml is what the application generates, and valid OpenAPI 3.1."""

import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.cli import description
from tests.guards.sources import ROOT


def test_the_file_is_what_the_application_generates() -> None:
    assert (ROOT / "openapi.yaml").read_text() == description.as_yaml(), "run `make openapi`"


def test_it_is_valid() -> None:
    document = yaml.safe_load(description.as_yaml())
    assert document["openapi"].startswith("3.1")
    assert not list(OpenAPIV31SpecValidator(document).iter_errors())
