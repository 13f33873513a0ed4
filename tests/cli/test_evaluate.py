"""Files in, a decision out: the statuses scripts can use, and messages that name the file, the field and the mend."""

import json
from pathlib import Path

import pytest

from service.evaluations.document import digest_of
from tests.cli.crossover import crossover

SHEETS = Path(__file__).resolve().parents[2] / "service/example/price_sheets"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a series of eight days with the same hour every hour."""
    path = tmp_path_factory.mktemp("traffic") / "series.csv"
    hours = (f"2026-11-{2 + hour // 24:02d}T{hour % 24:02d}:00:00Z,1800,9000000,900000" for hour in range(8 * 24))
    path.write_text("\n".join(["start,requests,input_tokens,output_tokens", *hours]) + "\n")
    return path


@pytest.fixture(scope="module")
def hour(week: Path) -> Path:
    """Give its first two hours."""
    path = week.parent / "short.csv"
    path.write_text("\n".join(week.read_text().splitlines()[:3]) + "\n")
    return path


def test_a_recommendation_ends_with_status_0_and_a_table(week: Path) -> None:
    done = crossover("evaluate", "--prices", SHEETS, "--traffic", week, folder=week.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Recommendation: ")
    assert done.stdout.count("\n> ") == 1


def test_json_is_the_canonical_body_and_the_same_every_time(week: Path) -> None:
    command = ("evaluate", "--prices", SHEETS, "--traffic", week, "--json")
    first = crossover(*command, folder=week.parent, PYTHONHASHSEED="1")
    second = crossover(*command, folder=week.parent, PYTHONHASHSEED="2")
    assert first.stdout == second.stdout
    body = json.loads(first.stdout)
    assert body["digest"] == digest_of(body)
    assert (body["state"], body["id"]) == ("completed", None)
    assert {"inputs", "measurement", "options", "comparison", "recommendation"} <= set(body)


def test_sheets_are_taken_one_by_one_as_well_as_by_the_folder(week: Path) -> None:
    one_by_one = [part for sheet in SHEETS.glob("*.json") for part in ("--prices", sheet)]
    folder = crossover("evaluate", "--prices", SHEETS, "--traffic", week, "--json", folder=week.parent)
    files = crossover("evaluate", *one_by_one, "--traffic", week, "--json", folder=week.parent)
    assert folder.stdout == files.stdout


def test_too_little_traffic_ends_with_status_3_and_says_what_to_measure(hour: Path) -> None:
    done = crossover("evaluate", "--prices", SHEETS, "--traffic", hour, folder=hour.parent)
    assert done.returncode == 3
    assert done.stdout.startswith("Recommendation: insufficient data\n  - ")


def test_a_bad_policy_ends_with_status_2_and_names_its_fields(week: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"margin": "a lot", "latency": {"speed": 1}}')
    done = crossover("evaluate", "--prices", SHEETS, "--traffic", week, "--policy", policy, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: {policy}: /margin: " in done.stderr
    assert f"error: {policy}: /latency/speed: Unknown field." in done.stderr


def test_a_bad_sheet_ends_with_status_2_and_names_the_place(week: Path, tmp_path: Path) -> None:
    sheet = json.loads((SHEETS / "groq.json").read_text())
    del sheet["offers"][0]["prices"][1]["per"]
    path = tmp_path / "sheet.json"
    path.write_text(json.dumps(sheet))
    done = crossover("evaluate", "--prices", path, "--traffic", week, folder=tmp_path)
    assert done.returncode == 2
    assert f"error: {path}: /offers/0/prices/1/per: " in done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [("not JSON", "not JSON"), ("", "not JSON"), ("[]", "Must be an object")],
)
def test_a_file_that_is_no_sheet_is_refused(week: Path, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "sheet.json"
    path.write_text(text)
    done = crossover("evaluate", "--prices", path, "--traffic", week, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {path}: ")
    assert says in done.stderr


def test_traffic_that_cannot_be_read_is_refused_with_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("timestamp,input_tokens,output_tokens\n2026-11-02 00:00:00,1,1\n")
    done = crossover("evaluate", "--prices", SHEETS, "--traffic", path, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {path}: ")
    assert "(--read zone=...)" in done.stderr


def test_words_about_the_traffic_are_those_of_the_api(week: Path) -> None:
    command = ("evaluate", "--prices", SHEETS, "--traffic", week)
    assert crossover(*command, "--read", "bucket_seconds=3600", folder=week.parent).returncode == 0
    refused = crossover(*command, "--read", "zone=Mars", "--read", "colour=red", folder=week.parent)
    assert refused.returncode == 2
    assert "error: --read zone: Not an IANA time zone" in refused.stderr
    assert "error: --read colour: Unknown field." in refused.stderr
    near = crossover(*command, "--read", "only.modell=m", folder=week.parent)
    assert "error: --read only.modell: Unknown field. Did you mean only.model" in near.stderr
    bare = crossover(*command, "--read", "zone", folder=week.parent)
    assert (bare.returncode, bare.stderr) == (2, "error: --read zone: write it as NAME=VALUE\n")


def test_files_and_folders_that_hold_nothing_are_refused(week: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.csv").touch()
    (tmp_path / "binary.csv").write_bytes(b"\x00\x01\x02")
    for prices, traffic, says in [
        ("empty", week, "error: empty: the folder holds no .json file"),
        ("missing.json", week, "'missing.json' does not exist"),
        (SHEETS, "missing.csv", "'missing.csv' does not exist"),
        (SHEETS, "empty.csv", "error: empty.csv: the file is empty"),
        (SHEETS, "binary.csv", "error: binary.csv: this looks like "),
    ]:
        done = crossover("evaluate", "--prices", prices, "--traffic", traffic, folder=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert says in done.stderr


def test_json_that_is_none_is_refused_with_its_line(week: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text('{"margin": "0.1",\n "seed": }')
    command = ("evaluate", "--prices", SHEETS, "--traffic", week, "--policy", "policy.json")
    done = crossover(*command, folder=tmp_path)
    assert done.stderr == "error: policy.json: This is not JSON: Expecting value at line 2, column 10.\n"
    assert done.returncode == 2


def test_needs_that_nothing_meets_end_with_status_4(week: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"isolation": {"required": {"residency": ["nowhere"]}}}')
    done = crossover("evaluate", "--prices", SHEETS, "--traffic", week, "--policy", policy, folder=tmp_path)
    assert (done.returncode, done.stderr) == (4, "")
    assert done.stdout.startswith("Recommendation: no eligible option")


def test_no_offer_for_the_model_is_refused_with_the_models_there_are(week: Path) -> None:
    done = crossover("evaluate", "--prices", SHEETS, "--traffic", week, "--model", "none", folder=week.parent)
    assert done.returncode == 2
    assert done.stderr == "error: --model: Nothing is offered for none; the price sheets have llama-3.3-70b-instruct.\n"


def test_a_sheet_given_twice_is_compared_once(week: Path) -> None:
    once = crossover("evaluate", "--prices", SHEETS / "groq.json", "--traffic", week, folder=week.parent)
    twice = ("--prices", SHEETS / "groq.json", "--prices", SHEETS / "groq.json")
    done = crossover("evaluate", *twice, "--traffic", week, folder=week.parent)
    assert (done.returncode, done.stdout) == (once.returncode, once.stdout)
