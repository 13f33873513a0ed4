"""Results of benchmarks become profiles: every figure says what it is, and what does not hold together is refused."""

import csv

import pytest

from service.price_sheets.capacity_profiles.fitting import ResultsError, profile_of
from tests.shared_data import shared_data
from tests.unit.price_sheets.capacity_profiles.sweeps import table

LENGTHS: dict[str, float | None] = {"input_tokens": None, "output_tokens": None}
SERVER = "submitter,system,model,scenario,valid,tokens_per_s,samples_per_s\nacme,8xGPU,m-70b,Server,VALID,2944.5,10\n"


def test_a_sweep_may_come_in_several_files() -> None:
    head, *rows = table().splitlines()
    parts = [f"{head}\n{row}\n" for row in rows]
    whole = profile_of([table()], LENGTHS)
    assert profile_of(parts, LENGTHS) == whole
    assert [point["streams"] for point in whole["points"]] == [1, 2, 4, 8, 16]
    assert {label.split(":")[0].split()[0] for label in whole["labels"].values()} == {"measured", "derived", "assumed"}
    assert whole["capacity"].keys() - {"kind"} <= whole["labels"].keys()


def test_a_row_of_mlperf_is_a_budget_of_output_tokens() -> None:
    told = profile_of([SERVER], LENGTHS)
    assert told["capacity"] == {
        "kind": "throughput",
        "window_seconds": 60,
        "axes": [{"per_minute": "176670", "weights": {"output_tokens": "1"}}],
    }
    assert told["request"]["output_tokens"] == 294.45
    assert "latency" in told["labels"]
    # The rate within bounds of latency is taken where both scenarios are there.
    both = SERVER + "acme,8xGPU,m-70b,Offline,VALID,9999,30\n"
    assert profile_of([both], LENGTHS) == told


def test_every_system_of_the_public_rows_is_a_profile_or_says_why_not() -> None:
    path = shared_data("capacity/mlperf_v4.1_llm.csv")
    text = path.read_text()
    with path.open() as file:
        rows = [row for row in csv.DictReader(file) if row["scenario"] == "Server"]
    for row in rows[:40]:
        name = f"{row['submitter']} {row['system']} {row['model']}"
        try:
            told = profile_of([text], LENGTHS, name)
        except ResultsError as refused:
            assert "no tokens a second" in str(refused), name  # noqa: PT017
        else:
            assert float(told["capacity"]["axes"][0]["per_minute"]) == pytest.approx(60 * float(row["tokens_per_s"]))


@pytest.mark.parametrize(
    ("texts", "system", "told", "place"),
    [
        (["", table()], None, "holds no result", 0),
        ([table(), "{"], None, "begins as JSON", 1),
        (["[" * 100_000], None, "nested too deeply", 0),
        ([table().replace("1,60,10,", "1,60,1e999,")], None, "between tokens", 0),
        (["\n".join(table().splitlines()[:2])], None, "two points", None),
        ([table() + "1,60,10,1000,100\n"], None, "Two points", None),
        ([table() + "32,400,20,5000,100\n"], None, "other lengths", None),
        ([SERVER, table()], None, "two capacities", None),
        ([SERVER.replace("VALID", "INVALID")], None, "not VALID", None),
        ([SERVER.replace("2944.5", "none")], None, "tokens a second", None),
        ([SERVER + "acme,8xGPU,m-8b,Server,VALID,9,1\n"], None, "`system`", None),
        ([SERVER], "other", "acme 8xGPU m-70b", None),
        ([SERVER + SERVER.splitlines()[1]], None, "several rows", None),
    ],
)
def test_what_does_not_hold_together_is_refused_with_the_place(
    texts: list[str], system: str | None, told: str, place: int | None
) -> None:
    with pytest.raises(ResultsError, match=told) as refused:
        profile_of(texts, LENGTHS, system)
    assert refused.value.place == place
