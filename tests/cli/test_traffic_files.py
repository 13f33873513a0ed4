"""The command on traffic as it comes: what was read is printed, several files are one history, messages mend."""

import json
from pathlib import Path

from tests.cli.crossover import crossover
from tests.shared_data import shared_case


def evaluated(case: str, *arguments: str) -> tuple[int, str]:
    """Run the command in the folder of a case; return its status and what it printed."""
    folder = shared_case(case)
    done = crossover("evaluate", "--prices", "sheet.json", *arguments, folder=folder)
    return done.returncode, done.stdout + done.stderr


def test_two_monthly_files_are_one_history() -> None:
    status, said = evaluated("26-two-monthly-files", "--traffic", "october.csv", "--traffic", "november.csv")
    assert (status, "80.30 USD a month" in said) == (0, True)
    assert "Read: october.csv" in said
    assert "Read: november.csv" in said


def test_the_same_file_twice_is_said_and_counted_once() -> None:
    _, once = evaluated("26-two-monthly-files", "--traffic", "october.csv")
    _, twice = evaluated("26-two-monthly-files", "--traffic", "october.csv", "--traffic", "october.csv")
    assert "168 buckets are in two files with the same counts" in twice
    assert next(line for line in once.splitlines() if "a month, conf" in line) in twice


def test_the_model_asked_about_is_told_apart() -> None:
    case = "40-several-models-in-one-export"
    status, said = evaluated(case, "--traffic", "usage.json", "--model", "gpt-4.1")
    assert (status, "438.00 USD a month" in said) == (0, True)
    assert "'model' holds 2 models" in said
    status, said = evaluated(case, "--traffic", "usage.json")
    assert status == 2
    assert "--read only.model=" in said
    status, said = evaluated(case, "--traffic", "usage.json", "--model", "gpt-4.1-nano")
    assert (status, "416.10 USD a month" in said) == (0, True)


def test_what_was_read_is_printed(tmp_path: Path) -> None:
    text = "timestamp,input_tokens,output_tokens,odd_tokens\n2026-10-05T12:00:00Z,1,1,5\n2026-10-05T12:01:00Z,1,1,6\n"
    (tmp_path / "log.csv").write_text(text)
    sheet = shared_case("26-two-monthly-files/sheet.json")
    said = crossover("evaluate", "--prices", sheet, "--traffic", "log.csv", folder=tmp_path).stdout
    assert "2 rows read, 2 used" in said
    assert "(!) column 'odd_tokens' adds up to 11 and was ignored" in said


def test_writing_a_cache_is_billed_or_said() -> None:
    words = ("--read", "start=2026-11-02T00:00:00Z", "--read", "end=2026-11-09T00:00:00Z")
    case = shared_case("01-cache-write-premium")
    sheets = {name: case / name for name in ("sheet-as-a-person-would-write-it.json", "sheet.json")}
    said = {
        name: crossover("evaluate", "--prices", sheet, "--traffic", "traffic.jsonl", *words, folder=case).stdout
        for name, sheet in sheets.items()
    }
    assert "39.71 USD a month" in said["sheet-as-a-person-would-write-it.json"]
    assert "claude states no price of cache write input tokens" in said["sheet.json"]
    assert "confidence medium" in said["sheet.json"]


def test_a_file_may_be_split_as_in_the_api() -> None:
    status, said = evaluated("40-several-models-in-one-export", "--traffic", "usage.json", "--read", "split_by=model")
    assert status == 0
    assert said.count("Recommendation: serverless") == 2
    for title, amount in (("gpt-4.1-2025-04-14", "438.00"), ("gpt-4.1-nano-2025-04-14", "416.10")):
        part = said.split(f"== model = {title} ==")[1]
        assert f"{amount} USD a month" in part.split("== model =")[0]


def test_the_capacity_of_a_sweep_sizes_the_units_that_its_latencies_need(tmp_path: Path) -> None:
    rows = "concurrency,ttft_ms,tpot_ms\n1,391.20,22.71\n8,1214.02,34.27\n32,2842.42,78.49\n64,3984.11,145.23\n"
    (tmp_path / "sweep.csv").write_text(rows)
    lengths = ("--input-tokens", "512", "--output-tokens", "128")
    done = crossover("capacity", "sweep.csv", *lengths, "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    case = shared_case("25-speed-between-measured-points")
    document = json.loads((case / "sheet.json").read_text())
    document["offers"][1]["capacity"] = json.loads(done.stdout)["capacity"]
    (tmp_path / "sheet.json").write_text(json.dumps(document))
    files = ("--prices", "sheet.json", "--traffic", case / "steady-64-in-flight.csv", "--policy", case / "policy.json")
    assert "dedicated:acme/l40s@0x2\n" in crossover("evaluate", *files, folder=tmp_path).stdout
    refused = crossover("capacity", "sweep.csv", folder=tmp_path)
    assert (refused.returncode, "input tokens of a request" in refused.stderr) == (2, True)
