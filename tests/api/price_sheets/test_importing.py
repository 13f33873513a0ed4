"""Imports over HTTP: out of packages and files, again and again, and what sources disagree on."""

import csv
import hashlib
import io
import json

import pytest

from tests.clients import Answer, ApiClient
from tests.shared_data import shared_data
from tests.unit.price_sheets.documents import SHEET, Json, changed

CSV = {"Content-Type": "text/csv"}


def imported(api: ApiClient, query: str, content: bytes = b"", headers: dict[str, str] | None = None) -> Json:
    answer = api.post(f"/v1/price-sheet-imports?{query}", data=content, headers=headers or {})
    assert answer.status_code == 201, answer.text
    body: Json = answer.json
    return body


def refused(api: ApiClient, query: str, content: bytes = b"") -> Answer:
    answer = api.post(f"/v1/price-sheet-imports?{query}", data=content)
    assert answer.status_code in (400, 413, 422), answer.text
    assert api.get("/v1/price-sheets").json["items"] == []
    return answer


def azure_files() -> bytes:
    names = ("prices", "capacity")
    parts = {name: json.loads(shared_data(f"prices/azure_ptu_{name}.json").read_text()) for name in names}
    return json.dumps(parts).encode()


def test_the_template_comes_back_as_the_sheet_it_shows(api: ApiClient) -> None:
    template = api.get("/v1/price-sheet-template")
    assert template.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in template.headers["Content-Disposition"]
    (sheet,) = imported(api, "format=csv", template.data, CSV)["sheets"]
    assert (sheet["outcome"], sheet["provider"], sheet["offer_count"]) == ("created", "acme", 3)
    exported = api.get(f"/v1/price-sheets/{sheet['price_sheet_id']}/versions/1/csv")
    digest = f"sha256:{hashlib.sha256(template.data).hexdigest()}"
    assert exported.text.replace(digest, "") == template.text
    assert imported(api, "format=csv", exported.data)["sheets"][0]["outcome"] == "unchanged"


def test_a_table_keeps_its_digest_unless_it_names_a_version(api: ApiClient) -> None:
    table = api.get("/v1/price-sheet-template").text

    def stored(text: str) -> str:
        (sheet,) = imported(api, "format=csv", text.encode())["sheets"]
        path = f"/v1/price-sheets/{sheet['price_sheet_id']}/versions/{sheet['version']}"
        assert api.get(path).json["source"]["as_of"] == "2026-11-20"
        return str(api.get(path).json["source"]["version"])

    digest = f"sha256:{hashlib.sha256(table.encode()).hexdigest()}"
    assert stored(table) == digest
    again = api.get(f"/v1/price-sheets/{api.get('/v1/price-sheets').json['items'][0]['id']}/versions/1/csv").text
    dearer = again.replace(",0.60,", ",0.70,")
    assert stored(dearer) == f"sha256:{hashlib.sha256(dearer.encode()).hexdigest()}"
    named = again.replace(digest, "list of November").replace(",0.60,", ",0.80,")
    assert stored(named) == "list of November"


def test_a_table_counts_as_changed_where_its_dates_were_put_right(api: ApiClient) -> None:
    table = api.get("/v1/price-sheet-template").text
    assert imported(api, "format=csv", table.encode())["sheets"][0]["outcome"] == "created"
    saved = table.replace("\r\n", "\n")
    assert imported(api, "format=csv", saved.encode())["sheets"][0]["outcome"] == "unchanged"
    mended = table.replace("2026-11-01", "2026-12-01")
    (sheet,) = imported(api, "format=csv", mended.encode())["sheets"]
    assert (sheet["outcome"], sheet["version"]) == ("revised", 2)
    path = f"/v1/price-sheets/{sheet['price_sheet_id']}/versions"
    assert api.get(f"{path}/2").json["effective_from"] == "2026-12-01T00:00:00Z"
    assert api.get(f"{path}/in-force?at=2026-11-30").json["version"] == 1


def test_a_sheet_sent_as_json_is_unchanged_by_a_trip_through_a_table(api: ApiClient) -> None:
    stored = api.post("/v1/price-sheets", json=SHEET).json
    table = api.get(f"/v1/price-sheets/{stored['id']}/versions/1/csv").data
    assert [sheet["outcome"] for sheet in imported(api, "format=csv", table)["sheets"]] == ["unchanged"]


def test_a_sheet_sent_as_json_comes_back_through_a_table(api: ApiClient) -> None:
    stored = api.post("/v1/price-sheets", json=changed("/offers/0/note", "=1+1")).json
    table = api.get(f"/v1/price-sheets/{stored['id']}/versions/1/csv").text
    header, *rows = csv.reader(io.StringIO(table, newline=""))
    assert dict(zip(header, rows[0], strict=True))["note"] == "'=1+1"
    dearer = table.replace("0.60,", "0.70,")
    (sheet,) = imported(api, "format=csv", dearer.encode())["sheets"]
    assert (sheet["outcome"], sheet["version"]) == ("revised", 2)
    document = api.get(f"/v1/price-sheets/{stored['id']}/versions/2").json["document"]
    assert document["offers"][0]["note"] == "=1+1"
    assert document["offers"][0]["prices"][0]["amount"] == "0.70"


def test_a_wrong_cell_is_told_by_pointer_and_line(api: ApiClient) -> None:
    table = api.get("/v1/price-sheet-template").text.replace("36.00", "36,00").encode()
    answer = refused(api, "format=csv", table)
    # An unquoted comma shifts every cell behind it.
    assert answer.status_code in (400, 422)
    table = api.get("/v1/price-sheet-template").text.replace("36.00", '"36,00"').encode()
    answer = refused(api, "format=csv", table)
    (error,) = answer.json["errors"]
    assert error["pointer"] == "/offers/1/rates/0/hourly"
    assert error["detail"].startswith("Line 3: ")


def test_the_azure_files_import_and_are_left_alone_when_nothing_changed(api: ApiClient) -> None:
    first = imported(api, "format=azure", azure_files())
    (sheet,) = first["sheets"]
    assert (sheet["provider"], sheet["offer_count"], sheet["warning_count"]) == ("azure", 162, 24)
    assert [skipped["item"] for skipped in first["skipped"]] == ["whisper"]
    again = imported(api, "format=azure", azure_files())
    assert [sheet["outcome"] for sheet in again["sheets"]] == ["unchanged"]
    source = api.get(f"/v1/price-sheets/{sheet['price_sheet_id']}").json["latest"]["source"]
    assert source["as_of"] == "2026-07-07"
    assert source["version"].startswith("sha256:")


def test_a_part_of_a_source_is_a_sheet_of_its_own(api: ApiClient) -> None:
    def read(model: str) -> list[tuple[str, str, int]]:
        sheets = imported(api, f"format=azure&model={model}", azure_files())["sheets"]
        return [(sheet["outcome"], sheet["name"], sheet["offer_count"]) for sheet in sheets]

    assert read("gpt-4.1-nano") == [("created", "azure (unit prices, gpt-4.1-nano)", 6)]
    assert read("o3-mini") == [("created", "azure (unit prices, o3-mini)", 6)]
    assert read("GPT-4.1-nano") == [("unchanged", "azure (unit prices, gpt-4.1-nano)", 6)]
    for model in ("gpt-4.1-nano", "o3-mini"):
        assert len(api.get(f"/v1/price-sheets?model={model}&effective_at=2026-11-20").json["items"]) == 1


def test_packages_import_whole(api: ApiClient) -> None:
    ours = imported(api, "format=genai-prices&as_of=2026-11-20")["sheets"]
    assert (len(ours), sum(sheet["offer_count"] for sheet in ours)) == (47, 2125)
    theirs = imported(api, "format=litellm&as_of=2026-11-20")["sheets"]
    assert sum(sheet["offer_count"] for sheet in theirs) == 4115
    again = imported(api, "format=litellm&as_of=2026-11-21")["sheets"]
    assert {sheet["outcome"] for sheet in again} == {"unchanged"}


def test_a_package_imports_in_part(api: ApiClient) -> None:
    (sheet,) = imported(api, "format=litellm&provider=aws&model=commitment&as_of=2026-11-20")["sheets"]
    assert (sheet["offer_count"], sheet["warning_count"]) == (14, 14)
    path = f"/v1/price-sheets/{sheet['price_sheet_id']}"
    rates = api.get(f"{path}/offers/anthropic.claude-v1:us-east-1:model-unit/prices").json["items"][0]["rates"]
    assert rates == [{"term_months": 1, "hourly": "63"}, {"term_months": 6, "hourly": "34.992"}]


def test_sources_that_disagree_are_both_told_whichever_came_last(api: ApiClient) -> None:
    stale = {"gpt-4o": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 5e-06}}
    listing = json.dumps(stale).encode()
    first = imported(api, "format=genai-prices&provider=openai&model=gpt-4o&as_of=2026-11-20")
    second = imported(api, "format=litellm&provider=openai&as_of=2026-11-20", listing)
    assert (first["conflict_count"], second["conflict_count"]) == (0, 1)
    answer = api.get("/v1/price-conflicts?model=GPT-4o&at=2026-11-20")
    (conflict,) = answer.json["items"]
    assert (conflict["provider"], conflict["model"], conflict["meter"]) == ("openai", "gpt-4o", "input_tokens")
    told = {item["source"]["name"]: item["price"]["amount"] for item in conflict["statements"]}
    assert told == {"genai-prices": "2.5", "litellm": "5"}
    assert all(item["rate"] is None for item in conflict["statements"])
    assert api.get("/v1/price-conflicts?model=gpt-4o&at=2026-11-19").json["items"] == []
    assert api.get("/v1/price-conflicts?provider=azure").json["items"] == []


def test_conflicts_of_rates_and_their_limit(api: ApiClient) -> None:
    api.post("/v1/price-sheets", json=SHEET)
    other = changed("/offers/2/rates/0/hourly", "1.10") | {"name": "Second opinion"}
    other["offers"][0]["prices"][0]["amount"] = "0.61"
    assert api.post("/v1/price-sheets", json=other).status_code == 201
    answer = api.get("/v1/price-conflicts?at=2026-11-20").json
    assert [(item["meter"], item["unit"], item["term_months"]) for item in answer["items"]] == [
        (None, "ptu", 0),
        ("input_tokens", None, None),
    ]
    assert [item["rate"]["hourly"] for item in answer["items"][0]["statements"]] == ["1.00", "1.10"]
    short = api.get("/v1/price-conflicts?at=2026-11-20&limit=1").json
    assert (len(short["items"]), short["truncated"], answer["truncated"]) == (1, True, False)


CHAT = b'"%d": {"mode": "chat", "litellm_provider": "p%d", "input_cost_per_token": 1e-6}'


@pytest.mark.parametrize(
    ("query", "content", "told"),
    [
        ("format=magic", b"", "Must be one of"),
        ("", b"", "Missing data"),
        ("format=csv", b"", "no row"),
        ("format=csv", b"\xff\xfe", "UTF-8"),
        ("format=csv", b"a." * 60_000 + b"b\n1\n", "no path of a field"),
        ("format=csv&as_of=soon", b"a\nb\n", "Must be a day"),
        ("format=azure", b"", "JSON"),
        ("format=azure", b"[]", "Azure"),
        ("format=azure", b'{"prices": {}, "capacity": {}}', "Azure"),
        ("format=genai-prices", b"{}", "send no body"),
        ("format=litellm", b"[1]", "LiteLLM"),
        ("format=litellm", b"{" + b", ".join(CHAT % (number, number) for number in range(501)) + b"}", "500 providers"),
        ("format=litellm", b'{"m": {"mode": "chat", "input_cost_per_token": 1e29}}', "too large"),
        ("format=litellm", b'{"m": {"mode": "chat", "input_cost_per_token": -1}}', "sheet of unknown"),
        ("format=litellm", b'{"m": {"mode": "chat", "input_cost_per_token": NaN}}', "NaN"),
        ("format=litellm", b'{"\\u0000": {}}', "NUL"),
        ("format=litellm", b"[" * 100_000, "deeper"),
        ("format=litellm", b'{"a": ' + b'"' + b"x" * 17_000_000 + b'"}', "at most"),
    ],
)
def test_what_cannot_be_imported_is_refused_whole_with_the_reason(
    api: ApiClient, query: str, content: bytes, told: str
) -> None:
    answer = refused(api, query, content)
    assert told in answer.text


def test_one_bad_offer_refuses_the_whole_import(api: ApiClient) -> None:
    listing = {
        "good": {"litellm_provider": "a", "mode": "chat", "input_cost_per_token": 1e-06},
        "bad": {"litellm_provider": "b", "mode": "chat", "input_cost_per_token": -1},
    }
    answer = refused(api, "format=litellm", json.dumps(listing).encode())
    assert answer.json["errors"][0]["pointer"] == "/offers/0/prices/0/amount"


def test_an_import_repeated_under_one_key_is_answered_once(api: ApiClient) -> None:
    table = api.get("/v1/price-sheet-template").data
    key = {"Idempotency-Key": "import-1"}
    first = imported(api, "format=csv", table, CSV | key)
    again = imported(api, "format=csv", table, CSV | key)
    assert first == again
    assert first["sheets"][0]["outcome"] == "created"
    other = api.post("/v1/price-sheet-imports?format=csv", data=table + b"\n", headers=key)
    assert other.status_code == 422


def test_an_import_that_matches_nothing_is_refused(api: ApiClient) -> None:
    answer = api.post("/v1/price-sheet-imports?format=genai-prices&provider=openai&model=gpt-none", json=None)
    (error,) = answer.json["errors"]
    assert (answer.status_code, error["code"]) == (422, "nothing_to_import")
    assert "gpt-none" in error["detail"]
    nobody = api.post("/v1/price-sheet-imports?format=genai-prices&provider=nobody")
    assert nobody.json["errors"][0]["pointer"] == "/provider"
    (whole,) = api.post("/v1/price-sheet-imports?format=csv&model=gpt", data=b"a,b").json["errors"]
    assert (whole["pointer"], whole["code"]) == ("/model", "not_of_csv")
    assert api.get("/v1/price-sheets").json["items"] == []
