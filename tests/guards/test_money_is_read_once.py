"""Money is taken out of the JSON of answers in one place: everything else has the values."""

import re

from tests.guards.sources import named, python_files

READS = re.compile(r"""(Decimal|Fraction)\([^()]*\[["']amount["']\]""")

ELSEWHERE = {
    "service/workflow/document/": "is that place",
    "service/cli/": "reads what a server answered, as any client does",
    "service/price_sheets/": "reads the documents that users send, with a pointer to each fault",
    "service/pages/price_words.py": "shows such a document as it was sent",
}
"""Where amounts are read out of JSON, and why."""


def test_nothing_else_reads_money_out_of_an_answer() -> None:
    found = [
        f"{named(path)}:{number}"
        for path in python_files("service")
        if not named(path).startswith(tuple(ELSEWHERE))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if READS.search(line)
    ]
    assert not found, "take the value of workflow.document, or read_money of stored.py"


def test_every_other_place_still_does() -> None:
    texts = {named(path): path.read_text() for path in python_files("service")}
    for place in list(ELSEWHERE)[1:]:
        assert any(READS.search(text) for name, text in texts.items() if name.startswith(place)), place
