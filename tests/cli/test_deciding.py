"""`crossover decisions` against a running server: proposed, voted on, bought, written out, and refused with a mend."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from service.cli import main
from service.cli.exits import Refused
from service.cli.remote import Remote
from tests.clients import ApiClient
from tests.deciding import Person, option_of, second
from tests.evaluating import evaluate, new_sheet, new_workload, upload
from tests.examples import BILL
from tests.processes import in_background


@pytest.fixture
def address(api: ApiClient) -> Iterator[str]:
    """Serve the application on a port of this machine."""
    server = make_server("127.0.0.1", 0, api.app, threaded=True)
    with in_background(server):
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def evaluation_id(api: ApiClient) -> str:
    """Give a completed evaluation."""
    new_sheet(api)
    workload_id = new_workload(api)
    upload(api, workload_id)
    return str(evaluate(api, workload_id).json["id"])


def crossover(address: str, person: Person, *words: str, typed: str = "") -> Result:
    environment = {"CROSSOVER_ADDRESS": address, "CROSSOVER_KEY": person.key}
    return CliRunner().invoke(main, words, input=typed, env=environment)


def test_a_decision_is_proposed_voted_on_and_bought_from_the_command_line(
    api: ApiClient, address: str, evaluation_id: str, tmp_path: Path
) -> None:
    dana, lee = second(api, "Dana", "analyst"), second(api, "Lee")
    option, until = option_of(api, evaluation_id, 12), str(datetime.now(UTC).date() + timedelta(days=30))
    said = ("--option", option, "--because", "Calm nights.", "--valid-until", until, "--title", "A year of GPUs")
    made = crossover(address, dana, "decisions", "propose", "--evaluation", evaluation_id, *said, "--json")
    assert made.exit_code == 0, made.output
    decision = json.loads(made.stdout)["id"]
    listed = crossover(address, dana, "decisions", "list", "--state", "proposed", "--due-by", until)
    assert (listed.stdout.split()[:2], "A year of GPUs" in listed.stdout) == ([decision, "proposed"], True)
    shown = crossover(address, dana, "decisions", "show", decision).stdout
    assert "Needs 1 approver who is not Dana." in shown
    own = crossover(address, dana, "decisions", "vote", decision, "approve", typed="y\n")
    assert (own.exit_code, "error: POST" in own.stderr, "Nobody votes on what they proposed" in own.stderr) == (
        2,
        True,
        True,
    )
    thought = crossover(address, lee, "decisions", "vote", decision, "approve", typed="n\n")
    assert (thought.exit_code, "total commitment" in thought.stderr) == (1, True)
    assert api.get(f"/v1/decisions/{decision}").json["state"] == "proposed"
    voted = crossover(address, lee, "decisions", "vote", decision, "approve", "--reason", "Fine.", typed="y\n")
    assert "Approved: buy by" in voted.stdout
    file = tmp_path / "order.csv"
    written = crossover(address, lee, "decisions", "purchase-request", decision, "--form", "csv", "--output", str(file))
    assert (written.exit_code, "gpu" in file.read_text()) == (0, True)
    bought = crossover(address, lee, "decisions", "purchase", decision, "--reference", "PO-4711")
    assert "PO-4711" in bought.stdout
    again = crossover(address, lee, "decisions", "withdraw", decision)
    assert (again.exit_code, "From here" in again.stderr or "role" in again.stderr) == (2, True)


def test_bills_are_uploaded_and_held_against_a_decision(
    api: ApiClient, address: str, evaluation_id: str, tmp_path: Path
) -> None:
    owner = second(api, "Olga", "owner")
    file = tmp_path / "bill.csv"
    file.write_bytes(BILL)
    sent = crossover(address, owner, "bills", "upload", str(file))
    assert (sent.exit_code, "2 charges" in sent.stdout, "346.90 USD" in sent.stdout) == (0, True, True), sent.output
    assert crossover(address, owner, "bills", "list").stdout.startswith("bl_")
    refused = crossover(address, owner, "bills", "upload", str(file), "--read", "nonsense=1")
    assert (refused.exit_code, "nonsense" in refused.stderr) == (2, True)
    until = ("--valid-until", "2099-12-31", "--starts-on", "2026-09-01", "--json")
    made = crossover(address, owner, "decisions", "propose", "--evaluation", evaluation_id, *until)
    assert made.exit_code == 0, made.output
    decision = json.loads(made.stdout)
    came = crossover(
        address, owner, "decisions", "outcome", decision["id"], "--from", "2026-10-01", "--to", "2026-10-31"
    )
    assert came.exit_code == 0, came.output
    assert "predicted" in came.stdout
    card = crossover(address, owner, "decisions", "scorecard")
    assert "outcomes" in card.stdout, card.output


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://crossover.example.com", True), ("http://127.0.0.1:8000", True), ("http://localhost", True),
        ("http://crossover.example.com", False), ("crossover.example.com", False), ("ftp://localhost", False),
        ("http://127.0.0.1.example.com", False), ("http://localhost@example.com", False),
    ],
)  # fmt: skip
def test_a_key_is_sent_in_the_clear_to_this_machine_only(address: str, allowed: bool) -> None:
    if allowed:
        Remote(address, "key")
        return
    with pytest.raises(Refused, match="https://"):
        Remote(address, "key")


def test_a_server_that_does_not_answer_is_named(api: ApiClient) -> None:
    told = crossover("http://127.0.0.1:1", second(api, "Lee"), "decisions", "list")
    assert (told.exit_code, "http://127.0.0.1:1 does not answer" in told.stderr) == (2, True)
