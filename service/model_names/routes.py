"""Calls of aliases of models."""

from typing import Any

from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import CONFLICT
from service.model_names import queries, service
from service.model_names.models import ModelAlias
from service.model_names.schemas import ChangedModelAliasSchema, ModelAliasSchema, NewModelAliasSchema
from service.model_names.service import Shown

blueprint = Resource("model-aliases", __name__, description="Names that mean a model and do not look it.")

READ, WRITE = "price_sheets:read", "price_sheets:write"
ALIASES = "/model-aliases"
ONE = "/model-aliases/<id(ma):model_alias_id>"


@blueprint.endpoint("GET", ALIASES, scope=READ, query=PageQuery, returns=page_of(ModelAliasSchema))
def list_model_aliases(tx: Transaction, query: dict[str, Any]) -> Page[Shown]:
    """List aliases of models, newest first."""
    found = page(tx, queries.aliases(tx.organization_id), (ModelAlias.created_at, ModelAlias.id), query)
    return Page([Shown(row) for row in found.items], found.next_cursor)


@blueprint.endpoint(
    "POST",
    ALIASES,
    scope=WRITE,
    body=NewModelAliasSchema,
    status=201,
    returns=ModelAliasSchema,
    problems=[CONFLICT],
)
def create_model_alias(tx: Transaction, body: dict[str, Any]) -> tuple[Shown, int, dict[str, str]]:
    """Say that a name means a model, or that it is a model of its own."""
    row = service.create(tx, body)
    tx.session.flush()
    return Shown(row), 201, {"Location": f"/v1/model-aliases/{row.id}"}


@blueprint.endpoint("GET", ONE, scope=READ, returns=ModelAliasSchema)
def get_model_alias(tx: Transaction, model_alias_id: str) -> Shown:
    """Return an alias of a model."""
    return Shown(service.get(tx, model_alias_id))


@blueprint.endpoint("PATCH", ONE, scope=WRITE, body=ChangedModelAliasSchema, returns=ModelAliasSchema, guarded=True)
def change_model_alias(tx: Transaction, model_alias_id: str, body: dict[str, Any]) -> Shown:
    """Let an alias stand for another model."""
    row = service.change(tx, model_alias_id, body["model"])
    tx.session.flush()
    return Shown(row)


@blueprint.endpoint("DELETE", ONE, scope=WRITE, status=204, guarded=True)
def delete_model_alias(tx: Transaction, model_alias_id: str) -> None:
    """Delete an alias. Evaluations made with it stay as they are."""
    service.delete(tx, model_alias_id)
