"""The OpenAPI document of the service as text."""

import json

import yaml

from service.app import create_app
from service.settings import Settings


def as_yaml() -> str:
    """Return the document that the service answers at `/openapi.json` as YAML, the same on every machine."""
    document = json.loads(create_app(Settings()).test_client().get("/openapi.json").data)
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120))
