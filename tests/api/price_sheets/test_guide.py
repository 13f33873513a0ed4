"""docs/price-sheets.md tells the truth: its sheet is taken as it stands and evaluated, and it names every field."""

import json
import re
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields

from service.kit.http.fields import Schema as KitSchema
from service.price_sheets import offer_schemas, sheet_schema
from service.price_sheets.example_sheet import TEMPLATE
from tests.api.price_sheets.evaluating import evaluated, refused, upload_minutes
from tests.clients import ApiClient

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "price-sheets.md").read_text()


def example() -> str:
    """Return the sheet of the guide as it is written there."""
    return GUIDE.partition("```json\n")[2].partition("```")[0]


def test_the_sheet_of_the_guide_is_taken_as_written_without_a_remark(api: ApiClient) -> None:
    answer = api.post("/v1/price-sheets", data=example().encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text
    assert (answer.json["version"], answer.json["latest"]["warnings"]) == (1, [])
    document = api.get(f"/v1/price-sheets/{answer.json['id']}/versions/1").json["document"]
    assert document == json.loads(example()) == TEMPLATE


def test_the_sheet_of_the_guide_costs_what_is_worked_out_by_hand(api: ApiClient) -> None:
    """43,800 requests a month of 730 hours, each of 600 input tokens, 400 cached ones and 20,000 output tokens."""
    assert api.post("/v1/price-sheets", json=json.loads(example())).status_code == 201
    workload_id = upload_minutes(api, "m70", tokens=1000, cached=400, output=20_000)
    options = evaluated(api, workload_id)
    lines = [(line["code"], line["quantity"], line["amount"]) for line in options["serverless:acme/m70-token"]["lines"]]
    assert lines == [
        ("input_tokens", "26280000", "15.768"),  # at 0.60 a million
        ("cached_input_tokens", "17520000", "2.628"),  # at 0.15
        ("output_tokens", "500000000", "1200.00"),  # the first tier at 2.40
        ("output_tokens", "376000000", "752.00"),  # the rest at 2.00
        ("requests", "43800", "8.76"),  # at 0.20 a thousand
    ]
    total = {key: option["monthly_cost"]["amount"] for key, option in options.items()}
    assert total["serverless:acme/m70-token"] == "1979.156"
    assert total["serverless:acme/m70-token+warm1"] == "2855.156"  # and 730 hours at 1.20
    assert total["dedicated:acme/m70-8xh100@0x1"] == "26280.00"  # 730 × 36.00
    assert total["dedicated:acme/m70-8xh100@12x1"] == "18396.00"  # 730 × 25.20
    # 600 + 6 × 20,000 a minute are 100.5 times 1,200: 15 units and 18 steps of 5.
    assert total["dedicated:acme/m70-ptu@0x105"] == "76650.00"
    assert total["dedicated:acme/m70-ptu@1x105"] == "27300.00"


def test_the_guide_names_every_field() -> None:
    named = set(re.findall(r"`(\w+)`", GUIDE))
    assert field_names(sheet_schema.PriceSheetSchema()) | every_offer_field() <= named


def every_offer_field() -> set[str]:
    shapes = [value for value in vars(offer_schemas).values() if isinstance(value, type) and issubclass(value, Schema)]
    return set().union(*(field_names(shape()) for shape in shapes if shape is not KitSchema))


def field_names(schema: Schema) -> set[str]:
    """Return the names of a schema's fields, nested ones included."""
    names = {field.data_key or name for name, field in schema.fields.items()}
    return names.union(*(_nested(field) for field in schema.fields.values()))


def _nested(field: Any) -> set[str]:  # noqa: ANN401 - any field
    inner = field.inner if isinstance(field, fields.List) else field
    return field_names(inner.schema) if isinstance(inner, fields.Nested) else set()


def test_an_offer_that_two_sheets_list_is_one_or_told_apart(api: ApiClient) -> None:
    for name in ("ACME list", "Another list"):
        assert api.post("/v1/price-sheets", json=TEMPLATE | {"name": name}).status_code == 201
    workload_id = upload_minutes(api, "m70", tokens=1000, cached=400, output=200)
    assert evaluated(api, workload_id)["serverless:acme/m70-token"]["monthly_cost"]["amount"] == "48.18"
    dearer = json.loads(json.dumps(TEMPLATE | {"name": "Third list"}))
    dearer["offers"] = dearer["offers"][:1]
    dearer["offers"][0]["prices"][0]["amount"] = "0.70"
    assert api.post("/v1/price-sheets", json=dearer).status_code == 201
    options = evaluated(api, workload_id)
    token = [options[f"serverless:acme/m70-token:{place}"]["monthly_cost"]["amount"] for place in (1, 2)]
    assert token == ["48.18", "50.808"]


def test_sheets_in_two_currencies_need_the_policys_rates(api: ApiClient) -> None:
    euro = TEMPLATE | {"provider": "euro", "currency": "EUR"}
    euro["offers"] = [offer | {"sku": f"eu-{offer['sku']}"} for offer in TEMPLATE["offers"]]
    for document in (TEMPLATE, euro):
        assert api.post("/v1/price-sheets", json=document).status_code == 201
    workload_id = upload_minutes(api, "m70", tokens=1000, cached=400, output=200)
    for policy, pointer in (({}, "/policy/currency"), ({"currency": "USD"}, "/policy/exchange_rates")):
        (error,) = refused(api, workload_id, policy=policy)
        assert (error["pointer"], error["code"]) == (pointer, "mixed_currencies")
    # 48.18 EUR at 1.08 USD, and 48.18 USD at 0.90 EUR.
    dollars = evaluated(api, workload_id, policy={"currency": "USD", "exchange_rates": {"EUR": "1.08"}})
    euros = evaluated(api, workload_id, policy={"currency": "EUR", "exchange_rates": {"USD": "0.90"}})
    keys = ("serverless:acme/m70-token", "serverless:euro/eu-m70-token", "dedicated:euro/eu-m70-ptu@1x15")
    assert [dollars[key]["monthly_cost"] for key in keys] == [
        {"amount": amount, "currency": "USD"} for amount in ("48.18", "52.0344", "4212.00")
    ]
    assert [euros[key]["monthly_cost"] for key in keys] == [
        {"amount": amount, "currency": "EUR"} for amount in ("43.362", "48.18", "3900.00")
    ]
