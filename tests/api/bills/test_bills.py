"""Bills: FOCUS files and tables of people, each charge counted once, nothing read that is doubtful."""

import csv
import gzip
import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.clients import Answer, ApiClient
from tests.examples import BILL

JANUARY = b"date,sku,amount,currency\n2026-01-01,tokens,10.00,USD\n2026-01-02,tokens,11.00,USD\n"
TO_DATE = JANUARY + b"2026-01-03,tokens,12.00,USD\n2026-01-03,tokens,12.00,USD\n"


def send(api: ApiClient, content: bytes, query: str = "", media: str = "text/csv") -> Answer:
    return api.call("POST", f"/v1/bills{query}", data=content, headers={"Content-Type": media})


def focus_bill(folder: Path, provider: str, version: str) -> Path:
    """Generate a bill as a provider exports it; return its file."""
    command = [sys.executable, "-m", "focus_data_toolkit", "generate", "--provider", provider]
    size = ["--focus-version", version, "--rows", "60", "--seed", "3", "--out", str(folder)]
    subprocess.run([*command, *size], check=True, capture_output=True)
    return next(folder.glob("*cost_and_usage*.csv"))


@pytest.mark.parametrize(("provider", "version"), [("aws", "1.2"), ("azure", "1.3"), ("gcp", "1.2")])
def test_a_focus_bill_of_a_provider_is_read_to_the_last_digit(
    api: ApiClient, tmp_path: Path, provider: str, version: str
) -> None:
    path = focus_bill(tmp_path, provider, version)
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    answer = send(api, path.read_bytes())
    assert answer.status_code == 201, answer.text
    assert (answer.json["format"], answer.json["charges"], answer.json["repeated"]) == ("focus", len(rows), 0)
    for total in answer.json["totals"]:
        mine = [row for row in rows if row["BillingCurrency"] == total["currency"]]
        assert Decimal(total["billed"]) == sum(Decimal(row["BilledCost"]) for row in mine)
        assert Decimal(total["effective"]) == sum(Decimal(row["EffectiveCost"]) for row in mine)
    listed = api.get(f"/v1/bills/{answer.json['id']}/charges?limit=200").json["items"]
    assert [charge["number"] for charge in listed] == sorted(charge["number"] for charge in listed)
    assert [charge["sku"] for charge in listed] == [row["SkuId"] for row in rows]


def test_the_same_bill_as_parquet_and_compressed_says_the_same(api: ApiClient, tmp_path: Path) -> None:
    path = focus_bill(tmp_path, "aws", "1.2")
    parquet = tmp_path / "bill.parquet"
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{path}', all_varchar = true)) TO '{parquet}' (FORMAT parquet)")
    first = send(api, parquet.read_bytes(), media="application/vnd.apache.parquet")
    assert first.status_code == 201, first.text
    second = send(api, gzip.compress(path.read_bytes(), mtime=0))
    assert second.status_code == 201, second.text
    assert second.json["repeated"] == second.json["charges"] == first.json["charges"], "another file, the same charges"
    assert second.json["totals"] == []


@pytest.mark.both_engines
def test_nothing_is_counted_twice(api: ApiClient) -> None:
    first = send(api, JANUARY)
    again = send(api, JANUARY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["id"] == first.json["id"]
    later = send(api, TO_DATE).json
    assert (later["charges"], later["repeated"]) == (4, 2)
    assert later["totals"] == [{"currency": "USD", "billed": "24", "effective": "24"}], (
        "two equal lines are two charges"
    )
    assert api.delete(f"/v1/bills/{first.json['id']}", headers={"If-Match": "*"}).status_code == 204
    left = api.get(f"/v1/bills/{later['id']}").json
    assert (left["repeated"], left["totals"][0]["billed"]) == (0, "45")


def test_a_table_of_people_is_read_and_its_meters_are_told(api: ApiClient) -> None:
    bill = send(api, BILL).json
    first, second = api.get(f"/v1/bills/{bill['id']}/charges").json["items"]
    assert (first["meter"], second["meter"]) == ("input_tokens", "output_tokens")
    assert (first["quantity"], first["unit"]) == ("262800000", "tokens")
    assert (first["starts_at"], first["ends_at"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    said = send(api, b"month;item;total\n2026-10;tokens;5\n", "?currency=EUR&provider=acme").json
    assert said["totals"] == [{"currency": "EUR", "billed": "5", "effective": "5"}]


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"date,sku,amount,currency\n2026-01-01,a,1.234,5,USD\n", "bad_csv", "line 2 has 5 cells"),
        (b"date,sku,amount,currency\n2026-01-01,a,$12,USD\n", "bad_rows", "column 'amount': '$12'"),
        (b"date,sku,amount,currency\n01/02/2026,a,12,USD\n", "bad_rows", "column 'date': '01/02/2026'"),
        (b"date,sku,amount,currency\n2026-01-01,a,,USD\n", "bad_rows", "column 'amount'"),
        (b"date,sku,amount,currency\n2026-01-01,a,NaN,USD\n", "bad_rows", "column 'amount': 'NaN'"),
        (b"date,sku,amount\n2026-01-01,a,12\n", "bad_rows", "?currency=USD"),
        (b"date,sku,price\n2026-01-01,a,12\n", "missing_column", "what it cost"),
        (b"date,date,amount\n2026-01-01,a,12\n", "repeated_column", "twice"),
        (b"date,sku,amount,currency\n", "no_rows", "no charges"),
        (b'date,sku,amount,currency\n2026-01-01,"a,12,USD\n', "bad_csv", "line 2 is no CSV"),
        (b"date,sku,amount,currency\n2026-01-01,\xff,12,USD\n", "not_utf8", "UTF-8"),
        (b"PK\x03\x04 no bill", "unsupported_file", "zip"),
        (b"[1, 2]", "bad_json", "object"),
        (b"[" * 100_000, "bad_json", "JSON"),
        (b'[{"date": "2026-01-01", "sku": {"a": 1}, "amount": true, "currency": "USD"}]', "bad_rows", "amount"),
        (b"PAR1 no parquet", "unreadable_file", "cannot be read"),
        (b"BilledCost,ChargePeriodStart,SkuId,x_RowKind\n1,2026-01-01,a,Forecast\n", "bad_rows", "expected charge"),
    ],
)
def test_what_is_doubtful_is_refused_with_its_place_and_a_mend(
    api: ApiClient, content: bytes, code: str, told: str
) -> None:
    answer = send(api, content)
    assert answer.status_code == 422, answer.text
    assert answer.json["type"].endswith("/bill-refused")
    assert answer.json["errors"][0]["code"] == code
    assert told in answer.text
    assert api.get("/v1/bills").json["items"] == []
