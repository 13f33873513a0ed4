"""Object stores that the operator opens to uploads: a prefix of addresses each, for named organizations.

Who calls names an address, which is read only where it lies under such a prefix; where the store is and with which
credentials it is read is in the operator's environment alone.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from service.kit.http.problems import FieldError, Problem, define, invalid

from .warehouses import EVERYBODY

NOT_INSTALLED = define(
    "object-stores-not-installed",
    501,
    "Object stores are not installed",
    "Uploads by address are read by an extra that this server does not have. Whoever runs it installs it with "
    "`pip install 'crossover[objects]'` and restarts the server; files are sent as the body without it.",
)

UNREACHABLE = define(
    "object-store-unreachable",
    502,
    "Object store unreachable",
    "The object store did not answer, or not with the object. Repeat the request later; whoever runs the service looks "
    "at the store's address and credentials.",
)

REQUEST_SECONDS = 60
"""For the head of an answer, and between two pieces of it."""

PIECE = 1024 * 1024


@dataclass(frozen=True)
class ObjectStore:
    """A store. prefix: of its addresses, ending in /. options_env: the variable with its options as JSON, or empty."""

    name: str
    prefix: str
    options_env: str
    organizations: tuple[str, ...]

    def serves(self, organization_id: str) -> bool:
        """Whether an organization may read it."""
        return EVERYBODY in self.organizations or organization_id in self.organizations

    @property
    def options(self) -> dict[str, Any]:
        """Region, endpoint, credentials and so on, as obstore names them; empty: those of the machine."""
        return dict(json.loads(os.environ.get(self.options_env) or "{}"))

    def client(self) -> Any:  # noqa: ANN401 - of a package that may not be there
        """Return obstore's way into the store, below its prefix."""
        from obstore.store import from_url  # noqa: PLC0415 - an extra

        options = self.options
        plain = bool(options.pop("allow_http", False))
        client = {"timeout": f"{REQUEST_SECONDS}s", "connect_timeout": "10s", "allow_http": plain}
        reach: Any = from_url  # its overloads want to know which store it is
        return reach(self.prefix, config=options, client_options=client, retry_config={"max_retries": 2})


ObjectStores = Mapping[str, ObjectStore]


@dataclass(frozen=True, slots=True)
class Found:
    """An object: its size in bytes, its tag in the store where it has one, and its content in pieces."""

    size: int
    tag: str | None
    pieces: Iterator[bytes]


def object_stores_of(setting: str) -> dict[str, ObjectStore]:
    """Return the stores of the setting, which was checked when it was read, by name."""
    said = json.loads(setting or "{}")
    return {
        name: ObjectStore(name, facts["prefix"], facts["options_env"], tuple(facts["organizations"]))
        for name, facts in said.items()
    }


def placed(stores: ObjectStores, organization_id: str, address: str) -> tuple[ObjectStore, str]:
    """Return the store of an address and the path below its prefix. Raises Problem 422."""
    for store in stores.values():
        if store.serves(organization_id) and address.startswith(store.prefix):
            path = address.removeprefix(store.prefix)
            if all(part not in ("", ".", "..") for part in path.split("/")) and not set(path) & set("\\%?#"):
                return store, path
    open_ones = sorted(store.prefix for store in stores.values() if store.serves(organization_id))
    listed = ", ".join(open_ones) or "none: whoever runs this service opens them"
    detail = f"No object store is open to you at this address; addresses begin with {listed}, and are paths without .."
    raise invalid(FieldError("/address", "unknown", detail))


@contextmanager
def opened(store: ObjectStore, path: str) -> Iterator[Found]:
    """Give an object. Raises Problem 422 where there is none, 501 without the extra, 502 where the store fails."""
    if find_spec("obstore") is None:
        raise Problem(
            NOT_INSTALLED,
            "This server reads no object stores: install the extra with pip install 'crossover[objects]'.",
        )
    import obstore  # noqa: PLC0415 - an extra
    from obstore.exceptions import BaseError  # noqa: PLC0415

    try:
        got = obstore.get(store.client(), path)
        yield Found(got.meta["size"], got.meta["e_tag"], (bytes(piece) for piece in got.stream(min_chunk_size=PIECE)))
    except FileNotFoundError as error:
        raise invalid(FieldError("/address", "not_found", "There is no object at this address.")) from error
    except BaseError as error:
        raise Problem(UNREACHABLE, f"The object store {store.name} did not give the object.") from error
