"""The whole workflow on files: the answer of the API, without a server or a database."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from marshmallow import ValidationError

from service import ENGINE_VERSION
from service.cli import reading_report, table
from service.cli.exits import STATUSES, Refused
from service.evaluations.cluster import ExtraMissing, chosen
from service.evaluations.cluster.connecting import Unreachable, connect
from service.evaluations.document import Envelope, Inputs, Pinned, body_of
from service.evaluations.engine import Materials, answer_of, refusal
from service.evaluations.met_names import met
from service.kit import canonical_json, clock
from service.kit.http import strict_json
from service.kit.http.fields import Text
from service.kit.http.problems import Problem
from service.kit.http.query import schema_errors
from service.model_names.names import SHIPPED, Names, key_of
from service.policies.policy_schema import policy_document, policy_of
from service.price_sheets.lint.finding import SheetError
from service.price_sheets.offer_values import Model, build_offers, nothing_for, settled_since
from service.price_sheets.remarks import remarks_of_sheets
from service.price_sheets.validation import load
from service.reports.chart_data import chart_data
from service.reports.report import report
from service.settings import CLUSTER_ADDRESS
from service.traffic_histories.joining import joined
from service.traffic_histories.problems import problem_of
from service.traffic_histories.reading import ReadOptions, ReadResult, RefusedError, read_histories, read_history
from service.traffic_histories.remarks import remarks_of_report
from service.traffic_histories.upload_query import ReadWords, reading_options
from service.workflow.errors import WorkflowError
from service.workflow.measure import seed_of
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.prepare import prepare, spelled
from service.workflow.remarks import Remark
from service.workflow.traffic import TrafficHistory

OPTIONS = {"/price_sheet_versions": "--prices", "/policy": "--policy"}
"""What a field of the API's request is called here."""

Json = dict[str, Any]


class CommandWords(ReadWords):  # type: ignore[misc, valid-type]
    """What `--read` may say of a file: all that an upload may, and the column it is split by."""

    split_by = Text(minimum=1, maximum=200)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Files:
    """What is decided on. prices: price sheets and folders of them. model: of the offers, None for all of them."""

    prices: Sequence[Path]
    traffic: Sequence[Path]
    policy: Path | None
    model: str | None
    reading: ReadOptions
    names: Names = SHIPPED


def named(aliases: Sequence[str]) -> Names:
    """Return the names that models go by, with NAME=MODEL pairs of `--alias`."""
    if bare := [pair for pair in aliases if not all(pair.partition("=")[::2])]:
        raise Refused(*(f"--alias {pair}: write it as NAME=MODEL" for pair in bare))
    return Names({key_of(alias): model.strip() for alias, _, model in (pair.partition("=") for pair in aliases)})


def reading(told: Sequence[str], asked: Sequence[str] = ()) -> ReadOptions:
    """Return the read options of NAME=VALUE pairs, named and spelled as in the query of the API's upload.

    asked: names of what is asked about, which chooses among several models in a file.
    """
    if bare := [pair for pair in told if "=" not in pair]:
        raise Refused(*(f"--read {pair}: write it as NAME=VALUE" for pair in bare))
    words = dict(pair.partition("=")[::2] for pair in told)
    try:
        return reading_options(CommandWords().load(words), asked=asked)
    except ValidationError as error:
        raise Refused(*(_said(fault.pointer[1:], fault.detail) for fault in schema_errors(error))) from error


def _said(name: str, detail: str) -> str:
    return f"--read {name}: {detail}"


def evaluate(files: Files, *, as_json: bool, report_to: Path | None = None) -> int:
    """Print the evaluation, write its report, and return the exit status.

    Raises Refused naming the file, the field and the mend.
    """
    policy = _policy(files.policy)
    sheets = [_sheet(path) for path in _sheet_paths(files.prices)]
    results = [read_traffic(path, files.reading) for path in files.traffic]
    history = _joined(results)
    read = [remark for result in results for remark in remarks_of_report(result.report)]
    body = evaluated(history, sheets, policy, files.model, read, files.names)
    if report_to is not None:
        _write(report_to, report(body, sheets, _drawn(history, sheets, policy, body)))
    if as_json:
        sys.stdout.buffer.write(canonical_json.dumps(body) + b"\n")
    else:
        told = [(path, result.report) for path, result in zip(files.traffic, results, strict=True)]
        click.echo(table.text(body))
        click.echo()
        click.echo(reading_report.text(told))
    return STATUSES.get(body["recommendation"]["mode"], 0)


def evaluate_split(files: Files, *, as_json: bool) -> int:
    """Print an evaluation of each part of a file that is split, each against the offers of the model it names.

    Where a part names no model that is offered, it is against all offers, or those of `files.model`. Returns the
    greatest exit status. Raises Refused as `evaluate`.
    """
    policy = _policy(files.policy)
    sheets = [_sheet(path) for path in _sheet_paths(files.prices)]
    if len(files.traffic) > 1:
        raise Refused("--read split_by: splits one file; give --traffic once")
    sold = {files.names.canonical(offer.model): offer.model for offer in _offers(sheets, None)}
    bodies: dict[str, Json] = {}
    parts = _refusing(files.traffic[0], lambda path: read_histories(path, files.reading))
    for key, result in parts.items():
        model = sold.get(files.names.canonical(key or ""), files.model)
        bodies[key or ""] = evaluated(
            result.history, sheets, policy, model, remarks_of_report(result.report), files.names
        )
    if as_json:
        sys.stdout.buffer.write(canonical_json.dumps(bodies) + b"\n")
    else:
        for key, body in bodies.items():
            click.echo(f"== {files.reading.split_by} = {key} ==\n{table.text(body)}\n")
        click.echo(reading_report.text([(files.traffic[0], next(iter(parts.values())).report)]))
    return max(STATUSES.get(body["recommendation"]["mode"], 0) for body in bodies.values())


def use_cluster(address: str | None) -> None:
    """Replay on the Dask cluster at an address, None or empty: in this process.

    Raises Refused where it is not there, has no workers or other code: who names one means it. One that gets lost on
    the way is told on standard error, and the rest is replayed here.
    """
    if not address:
        return
    if re.match(CLUSTER_ADDRESS, address) is None:
        raise Refused(f"--cluster {address}: write it as tcp://host:port or tls://host:port")
    try:
        chosen.choose(address, lambda why: click.echo(f"warning: --cluster: {why}", err=True))
        connect(address).close()
    except (ExtraMissing, Unreachable) as error:
        raise Refused(f"--cluster: {error}") from error


def _drawn(history: TrafficHistory, sheets: Sequence[Json], policy: Policy, body: Json) -> Json | None:
    """Return what the report's charts need beyond the evaluation; None where there is no option to draw."""
    meant = Inputs.of(body["inputs"]).names
    offers = _offers(sheets, meant, settled_since(sheets, meant, clock.now().date()))
    return chart_data(history, offers, policy, body) if body["options"] else None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise Refused(f"{path}: cannot be written: {error.strerror}") from error


def evaluated(
    history: TrafficHistory,
    sheets: Sequence[Json],
    policy: Policy,
    model: str | None,
    read: Sequence[Remark],
    names: Names = SHIPPED,
) -> Json:
    """Return the body of the evaluation of a history; `read` are remarks on it. Raises Refused."""
    found = None if model is None else met(names, model, sheets)
    meant = None if found is None else found.names
    day = settled_since(sheets, meant, clock.now().date())
    offers = _offers(sheets, meant, day)
    if not _offers(sheets, meant):
        raise Refused(f"{'--prices' if model is None else '--model'}: {nothing_for(sheets, model, meant)}")
    remarks = (*read, *(() if found is None else found.remarks), *remarks_of_sheets(sheets, meant, day))
    try:
        policy = spelled(policy, prepare(offers, policy)[0])
    except WorkflowError as error:
        raise Refused(*_lines("", refusal(error))) from error
    inputs = Inputs(
        traffic_history=Pinned(history.digest),
        price_sheets=tuple(Pinned(canonical_json.digest(canonical_json.dumps(sheet))) for sheet in sheets),
        model=None if model is None else key_of(model),
        spellings=() if found is None else found.spellings,
        as_of=day,
        policy=policy_document(policy),
        engine_version=ENGINE_VERSION,
        seed=seed_of(history, policy),
        remarks=tuple(remark.document() for remark in remarks),
    )
    try:
        return body_of(Envelope(), inputs, answer_of(Materials(history, offers, policy, remarks)))
    except Problem as problem:
        raise Refused(*_lines("", problem)) from problem


def _offers(sheets: Sequence[Json], model: Model, on: date | None = None) -> tuple[Offer, ...]:
    return tuple(offer for sheet in sheets for offer in build_offers(sheet, model, on))


def _sheet_paths(prices: Sequence[Path]) -> Iterator[Path]:
    for path in prices:
        if not path.is_dir():
            yield path
            continue
        found = sorted(path.glob("*.json"))
        if not found:
            raise Refused(f"{path}: the folder holds no .json file; give a price sheet or a folder of them")
        yield from found


def _sheet(path: Path) -> Json:
    def read(document: Any) -> Json:  # noqa: ANN401
        """Check the document, tell its warnings."""
        checked, warnings = load(document)
        for warning in warnings:
            click.echo(f"warning: {path}: {warning.pointer}: {warning.detail}", err=True)
        return checked

    return _read(path, read)


def _policy(path: Path | None) -> Policy:
    return policy_of({}) if path is None else _read(path, policy_of)


def _read(path: Path, take: Callable[[Any], T]) -> T:
    """Return what `take` makes of a JSON file; raise Refused naming the file and the fields."""
    try:
        return take(strict_json.loads(path.read_bytes()))
    except Problem as problem:
        raise Refused(*_lines(f"{path}: ", problem)) from problem
    except SheetError as error:
        raise Refused(*(f"{path}: {found.pointer}: {found.detail}" for found in error.findings)) from error
    except ValidationError as error:
        raise Refused(*(f"{path}: {fault.pointer}: {fault.detail}" for fault in schema_errors(error))) from error


def read_traffic(path: Path, options: ReadOptions) -> ReadResult:
    """Return the one history in a file. Raises Refused."""
    return _refusing(path, lambda file: read_history(file, options))


def _refusing(path: Path, read: Callable[[Path], T]) -> T:
    try:
        return read(path)
    except RefusedError as error:
        mend = "" if error.parameter is None else f" (--read {error.parameter}=...)"
        first, *rows = problem_of(error).errors
        raise Refused(f"{path}: {first.detail}{mend}", *(row.detail for row in rows)) from error


def _joined(results: Sequence[ReadResult]) -> TrafficHistory:
    """Return the history of all files, with what joining them found in the report of the last."""
    try:
        found = joined(results)
    except RefusedError as error:
        raise Refused(f"--traffic: {error.detail}") from error
    results[-1].report["findings"] += [asdict(finding) for finding in found.findings]
    return found.history


def _lines(where: str, problem: Problem) -> list[str]:
    faults = [f"{where}{OPTIONS.get(fault.pointer, fault.pointer)}: {fault.detail}" for fault in problem.errors]
    return faults or [f"{where}{problem.detail}"]
