"""Warehouses that the operator connects this installation to: by name, for named organizations, read only.

Who calls the API names one of them and never an address; the address and its credentials are in the operator's
environment alone.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from .table_map import Dialect

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A warehouse. dsn_env: the environment variable with its address. organizations: ids that may read it, or `*`."""

    name: str
    dialect: Dialect
    dsn_env: str
    organizations: tuple[str, ...]

    @property
    def dsn(self) -> str | None:
        """Its address: of PostgreSQL a connection string, of DuckDB the path of a file; None where it is not set."""
        return os.environ.get(self.dsn_env) or None

    def serves(self, organization_id: str) -> bool:
        """Whether an organization may read it."""
        return EVERYBODY in self.organizations or organization_id in self.organizations


Warehouses = Mapping[str, Warehouse]


def warehouses_of(setting: str) -> dict[str, Warehouse]:
    """Return the warehouses of the setting, which was checked when it was read, by name."""
    said = json.loads(setting or "{}")
    return {
        name: Warehouse(name, facts["dialect"], facts["dsn_env"], tuple(facts["organizations"]))
        for name, facts in said.items()
    }
