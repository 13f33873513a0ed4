"""Making, changing and deleting aliases of models, and the names that an organization's answers go by."""

from dataclasses import dataclass
from typing import Any

from service.events import service as events
from service.kit import ids
from service.kit.db.models import Over
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import CONFLICT, FieldError, Problem, invalid, or_not_found
from service.model_names import queries
from service.model_names.canonical import canonical
from service.model_names.models import ModelAlias
from service.model_names.names import Names, key_of


@dataclass(frozen=True, slots=True)
class Shown(Over[ModelAlias]):
    """An alias with the canonical name of what it stands for, as ModelAliasSchema dumps it."""

    row: ModelAlias

    @property
    def etag(self) -> str:
        """The tag of the row."""
        return self.row.etag

    @property
    def canonical(self) -> str:
        """The canonical name of the model."""
        return Names({self.row.alias: self.row.model}).canonical(self.row.alias)


def names(tx: Transaction) -> Names:
    """Return the names that the organization's models go by; read once in a transaction."""
    kept = tx.session.info.setdefault(__name__, {})
    if tx.organization_id not in kept:
        kept[tx.organization_id] = Names(queries.pairs(tx.session, tx.organization_id))
    found: Names = kept[tx.organization_id]
    return found


def asked(tx: Transaction, model: str) -> tuple[str, ...]:
    """Return a model's name and the aliases that mean it."""
    return names(tx).asked(model)


def get(tx: Transaction, alias_id: str) -> ModelAlias:
    """Return an alias of the organization. Raises Problem 404."""
    return or_not_found(queries.alias(tx.session, tx.organization_id, alias_id), "No model alias has this id.")


def create(tx: Transaction, facts: dict[str, Any]) -> ModelAlias:
    """Add an alias; facts: the loaded NewModelAliasSchema. Raises Problem 409 and 422."""
    alias = key_of(facts["alias"])
    present = queries.pairs(tx.session, tx.organization_id)
    if alias in present:
        raise Problem(CONFLICT, f"{alias} is an alias of {present[alias]} already; change that one.")
    _require_one_step(alias, facts["model"], present)
    row = ModelAlias(
        id=ids.new("ma"), organization_id=tx.organization_id, created_at=tx.now, updated_at=tx.now, alias=alias,
        model=facts["model"].strip(),
    )  # fmt: skip
    tx.session.add(row)
    events.append(tx, "model_alias.created", row.id, after=_facts(row))
    return row


def change(tx: Transaction, alias_id: str, model: str) -> ModelAlias:
    """Let an alias stand for another model. Raises Problem 404, 412, 422 and 428."""
    row = get(tx, alias_id)
    etags.require_match(row)
    others = {a: m for a, m in queries.pairs(tx.session, tx.organization_id).items() if a != row.alias}
    _require_one_step(row.alias, model, others)
    before = _facts(row)
    row.model = model.strip()
    if _facts(row) != before:
        row.updated_at = tx.now
        events.append(tx, "model_alias.changed", row.id, before=before, after=_facts(row))
    return row


def delete(tx: Transaction, alias_id: str) -> None:
    """Delete an alias. Evaluations that stand on it keep the names they met. Raises Problem 404, 412 and 428."""
    row = get(tx, alias_id)
    etags.require_match(row)
    tx.session.delete(row)
    events.append(tx, "model_alias.deleted", row.id, before=_facts(row))


def _require_one_step(alias: str, model: str, others: dict[str, str]) -> None:
    """Raise Problem 422 where an alias would stand for an alias, or says what is so without it."""
    key = key_of(model)
    if key == alias:
        return
    if others.get(key, key) != key:
        detail = f"{model} is itself an alias of {others[key]}; name that model."
        raise invalid(FieldError("/model", "alias_of_alias", detail))
    standing = [name for name, meant in others.items() if key_of(meant) == alias and name != alias]
    if standing:
        detail = f"{alias} is what the alias {standing[0]} stands for; change that alias to {model} first."
        raise invalid(FieldError("/alias", "alias_of_alias", detail))
    if canonical(alias) == canonical(model):
        detail = f"{alias} and {model} are names of one model already ({canonical(model)}); no alias is needed."
        raise invalid(FieldError("/alias", "same_model", detail))


def _facts(row: ModelAlias) -> dict[str, Any]:
    return {"alias": row.alias, "model": row.model}
