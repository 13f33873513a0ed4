"""`GET /v1/traffic-sql` and `crossover traffic-sql` print the same statements."""

from hashlib import sha256
from urllib.parse import urlencode

from click.testing import CliRunner

from service.cli import main
from tests.clients import ApiClient

WORDS = {
    "dialect": "postgres",
    "table": "llm.requests",
    "column.arrival": "at",
    "column.input_tokens": "prompt",
    "column.output_tokens": "answer",
    "zone": "Europe/Berlin",
    "start": "2026-10-05T00:00:00Z",
    "end": "2026-10-12T00:00:00Z",
}


def test_statements_say_how_their_results_are_uploaded(api: ApiClient) -> None:
    answer = api.get(f"/v1/traffic-sql?{urlencode(WORDS)}")
    assert answer.status_code == 200, answer.text
    body = answer.json
    assert [statement["purpose"] for statement in body["statements"]] == ["sums", "rows", "counts"]
    span = "start=2026-10-05T00:00:00Z&end=2026-10-12T00:00:00Z"
    assert [statement["upload"] for statement in body["statements"]] == [
        f"kind=series&cached_included=true&absent=idle&{span}",
        f"kind=log&cached_included=true&{span}",
        None,
    ]
    assert all(s["digest"] == f"sha256:{sha256(s['sql'].encode()).hexdigest()}" for s in body["statements"])
    assert any("No column of cached tokens is named" in note for note in body["notes"])


def test_a_stretch_of_no_whole_hours_has_no_rows(api: ApiClient) -> None:
    words = WORDS | {"start": "2026-10-05T00:30:00Z"}
    body = api.get(f"/v1/traffic-sql?{urlencode(words)}").json
    assert [statement["purpose"] for statement in body["statements"]] == ["sums", "counts"]
    assert any("both on a whole hour" in note for note in body["notes"])


def test_a_wrong_word_is_named(api: ApiClient) -> None:
    words = WORDS | {"dialect": "oracle", "column.output_tokens": ""}
    answer = api.get(f"/v1/traffic-sql?{urlencode(words)}")
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json["errors"]} == {"/dialect", "/column.output_tokens"}


def test_the_command_prints_what_the_service_answers(api: ApiClient) -> None:
    body = api.get(f"/v1/traffic-sql?{urlencode(WORDS)}").json
    arguments = ["traffic-sql", "--dialect", WORDS["dialect"], "--table", WORDS["table"]]
    arguments += [f"--column={name.removeprefix('column.')}={WORDS[name]}" for name in WORDS if "column." in name]
    arguments += [f"--read={name}={WORDS[name]}" for name in ("zone", "start", "end")]
    whole = CliRunner().invoke(main, arguments)
    assert whole.exit_code == 0, whole.output
    for statement in body["statements"]:
        alone = CliRunner().invoke(main, [*arguments, f"--only={statement['purpose']}"])
        assert alone.output == f"{statement['sql']}\n"
        assert statement["sql"] in whole.output
    refused = CliRunner().invoke(main, [*arguments, "--read=zone=Mars"])
    assert refused.exit_code == 2
    assert "--read zone: Not an IANA time zone" in refused.output
