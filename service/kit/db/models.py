"""The declarative base of every table, with names for all constraints and STRICT tables on SQLite."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.kit.db import types

Row = TypeVar("Row")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all models. Python types name their exact column types; a model says otherwise where it must.

    Spread `strict()` into `__table_args__`: constraints first, then the STRICT option.
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy from the class
        int: types.Int,
        float: types.Real,
        bool: types.Flag(),
        str: types.Str(),
        bytes: types.Bytes,
        datetime: types.UtcDateTime(),
        dict[str, Any]: types.Json(),
        list[Any]: types.Json(),
    }


def strict(*constraints: Any) -> tuple[Any, ...]:  # noqa: ANN401 - constraints and indexes
    """Return `__table_args__` of a table: its constraints and indexes, STRICT on SQLite."""
    return (*constraints, {"sqlite_strict": True})


class Over(Generic[Row]):
    """A row and what follows from it: what an object does not say itself is a column of its `row`."""

    row: Row

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a column
        """Return a column of the row."""
        return getattr(self.row, name)


class Owned:
    """Columns of a row that belongs to an organization. Every query on such a table names the organization."""

    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
