"""What columns of any name say by their values is taken into account or told."""

import pytest

from tests.reading import found, read, refusal

TIMES = [f"2026-11-02T{hour:02}:00:00Z" for hour in range(24)]


def log(name: str, *values: str) -> str:
    """Return a log whose column `name` has these values in turn."""
    rows = (f"{at},{values[n % len(values)]},100,10\n" for n, at in enumerate(TIMES))
    return f"timestamp,{name},prompt_tokens,completion_tokens\n" + "".join(rows)


@pytest.mark.parametrize("name", ["engine", "deployment", "llm", "backend", "variant"])
def test_models_are_told_apart_whatever_their_column_is_called(name: str) -> None:
    text = log(name, "openai/gpt-4.1-2025-04-14", "gpt-4.1-mini")
    error = refusal(text)
    assert (error.code, error.parameter) == ("mixed_prices", "only.model")
    history, report = read(text, model="gpt-4.1")
    assert (len(history.input_tokens), found(report)["model_chosen"]) == (12, 12)
    assert len(read(text, only=(("model", "gpt-4.1-mini"),))[0].input_tokens) == 12


def test_names_of_programs_are_no_models() -> None:
    assert len(read(log("app", "gpt-helper", "claude-cli", "llama-team"))[0].input_tokens) == 24


def test_statuses_of_any_name_are_told_with_the_mend() -> None:
    text = log("http_code", "200", "200", "429", "500")
    _, report = read(text)
    (told,) = [finding for finding in report.findings if finding.code == "ignored_failures"]
    assert (told.count, told.can_move_the_answer) == (12, True)
    assert "6 of them turned away by limits" in told.detail
    history, report = read(text, columns=(("status", "http_code"),))
    assert (len(history.input_tokens), report.rows.failed, found(report)["demand_censored"]) == (12, 12, 6)
    assert "ignored_failures" not in found(read(log("item", "200", "300", "250"))[1])


@pytest.mark.parametrize(("values", "factor"), [(("0.1",), "10"), (("0.5", "0.25"), "3"), (("20",), "20")])
def test_a_sample_is_told_with_the_factor_of_all_traffic(values: tuple[str, ...], factor: str) -> None:
    (told,) = [finding for finding in read(log("sampling_fraction", *values))[1].findings if finding.code == "sampled"]
    assert told.can_move_the_answer
    assert f"policy.traffic_factor={factor} " in told.detail
    assert "sampled" not in found(read(log("sampling_fraction", "1", "1.0"))[1])


def test_waits_in_a_queue_say_that_demand_was_held_back() -> None:
    (told,) = [f for f in read(log("queue_time_ms", "45000", "15000"))[1].findings if f.code == "demand_queued"]
    assert told.can_move_the_answer
    assert "waited 30 s in a queue on average and up to 45 s" in told.detail
    assert "demand_queued" not in found(read(log("queue_time_ms", "12", "40"))[1])


def test_an_id_that_many_rows_share_at_other_times_is_told() -> None:
    text = log("request_id", "a")
    sessions = "".join(f"{at},s{n // 4},100,10\n" for n, at in enumerate(TIMES))
    _, report = read(text.splitlines()[0] + "\n" + sessions)
    (told,) = [finding for finding in report.findings if finding.code == "repeated_ids"]
    assert (told.count, told.can_move_the_answer) == (18, True)
    twice = "".join(f"{at},{n},100,10\n" * 2 for n, at in enumerate(TIMES))
    assert "repeated_ids" not in found(read(text.splitlines()[0] + "\n" + twice)[1])
