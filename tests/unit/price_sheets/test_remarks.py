"""What several sheets list: equal offers are one, preferred ones are taken, others told apart; each with a remark."""

from typing import Any

import pytest

from service.price_sheets.remarks import remarks_of_sheets

Json = dict[str, Any]


def sheet(name: str, amount: str = "2", provider: str = "acme", **more: object) -> Json:
    """Return a sheet that lists one offer of a model."""
    prices = [{"meter": f"{side}_tokens", "amount": amount, "per": 1000000} for side in ("input", "output")]
    offer = {"mode": "serverless", "sku": "tok", "model": "m", "prices": prices, **more}
    source = {"as_of": "2026-11-01", "name": "a list"}
    return {"provider": provider, "name": name, "currency": "USD", "source": source, "offers": [offer]}


MINE = sheet("contract", preferred=True)
NOTED = sheet("list", "3", note="Another price.")


def told(*sheets: Json) -> list[str]:
    return [remark.code for remark in remarks_of_sheets(sheets, "m", None)]


@pytest.mark.parametrize(
    ("sheets", "codes"),
    [
        ([sheet("a"), sheet("b")], []),
        ([sheet("a"), sheet("b", "3")], ["listed_twice"]),
        ([MINE, sheet("b", "3")], ["preferred_over"]),
        ([MINE, sheet("b")], ["preferred_over"]),
        ([MINE, sheet("b", "3", "ACME")], ["preferred_over"]),
        ([MINE, NOTED], ["preferred_over"]),
        ([NOTED], ["offer_note"]),
        ([MINE, sheet("b", "3", preferred=True), sheet("c", "4")], ["listed_twice", "preferred_over"]),
        ([MINE], []),
    ],
)
def test_what_is_said_of_offers_that_several_sheets_list(sheets: list[Json], codes: list[str]) -> None:
    assert told(*sheets) == codes
    assert told(*reversed(sheets)) == codes


def test_a_preferred_offer_names_its_sheet_and_those_left_out() -> None:
    (alike,) = remarks_of_sheets([MINE, sheet("b")], "m", None)
    (otherwise,) = remarks_of_sheets([sheet("b", "3"), MINE], "m", None)
    said = "tok of acme is taken from 'contract', where it is marked preferred; 'b' lists it"
    assert alike.sentence == f"{said} alike and was left out."
    assert otherwise.sentence == f"{said} otherwise and was left out."
    assert not alike.can_move_the_answer
