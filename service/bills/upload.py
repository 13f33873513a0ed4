"""From a request's body to the charges of a bill, before any transaction opens."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from service.kit.app_context import runtime
from service.kit.db.transaction import Actor
from service.kit.http.problems import FieldError, Problem, define
from service.kit.http.uploads import Received, full, receive, receive_part
from service.traffic_histories.problems import faults
from service.traffic_histories.reading.columns_file import REQUEST, RESULT
from service.traffic_histories.reading.errors import RefusedError
from service.traffic_histories.reading.options import MIB, ReadLimits
from service.traffic_histories.reading.process import run
from service.traffic_histories.reading.report import Reject
from service.traffic_histories.upload import codings, turn

MEDIA_TYPES = (
    "text/csv", "application/json", "application/x-ndjson", "application/vnd.apache.parquet", "application/gzip",
    "application/zstd", "application/octet-stream",
)  # fmt: skip

LIMITS = ReadLimits(unpacked_bytes=256 * MIB, rows=200_000, columns=500, seconds=60)
"""A bill of a year of days with thousands of skus is far below."""

BILL_REFUSED = define(
    "bill-refused", 422, "Bill refused",
    "The file could not be read as a bill; nothing was stored. The first entry of `errors` says why and how to mend "
    "it. Where rows are at fault, the first ones follow, each with its line, its column and its text.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UploadedBill:
    """A bill that was received and read. form: `focus` or `plain`."""

    received: Received
    form: str
    charges: list[dict[str, Any]]

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the body as sent."""
        return self.received.fingerprint


@contextmanager
def uploaded(actor: Actor, query: Mapping[str, Any]) -> Iterator[UploadedBill]:  # noqa: ARG001
    """Receive the body of the present request and read it. Raises Problem 413, 415, 422, 503, 507."""
    with _read(receive, codings(), query) as upload:
        yield upload


@contextmanager
def filed(file: IO[bytes], query: Mapping[str, Any]) -> Iterator[UploadedBill]:
    """Read a bill that came in a form; as `uploaded` in everything else."""
    with _read(partial(receive_part, file), (), query) as upload:
        yield upload


@contextmanager
def _read(keep: Callable[[Path], Received], undone: Sequence[str], query: Mapping[str, Any]) -> Iterator[UploadedBill]:
    """Have a file written to disk by `keep`, and read it."""
    uploads = runtime().uploads
    with uploads.workspace() as folder:
        received = keep(folder / "body")
        words = {"codings": list(undone), "currency": query["currency"], "provider": query["provider"]}
        try:
            with turn(uploads.folder):
                found = _parse(received.path, folder, words)
        except RefusedError as error:
            raise _problem(error) from error
        yield UploadedBill(received, found["format"], found["charges"])


def _parse(path: Path, folder: Path, words: dict[str, Any]) -> dict[str, Any]:
    (folder / REQUEST).write_text(json.dumps({**words, "path": str(path.absolute()), "limits": asdict(LIMITS)}))
    died = run("service.bills.reading.parser", folder, LIMITS)
    result = folder / RESULT
    if died is not None or not result.exists():
        raise died or RefusedError("parser_died", "the file stopped the parser; check that it is what it claims to be")
    data: dict[str, Any] = json.loads(result.read_text())
    if refused := data.get("refused"):
        rejects = [Reject(**reject) for reject in refused.pop("rejects")]
        raise RefusedError(**refused, rejects=rejects)
    return data


def _problem(error: RefusedError) -> Problem:
    if error.code == "no_space":
        return full()
    errors: list[FieldError] = list(faults(error))
    return Problem(BILL_REFUSED, f"{error.detail[:1].upper()}{error.detail[1:]}.", errors=errors)
