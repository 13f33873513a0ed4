"""docs/problems.md lists every kind of problem the service answers, as the code defines it."""

from service.kit.http import problems
from service.resources import RESOURCES
from tests.guards.sources import ROOT


def test_the_page_lists_every_kind() -> None:
    assert RESOURCES, "importing the resources defines their kinds"
    kinds = sorted(problems.catalogue(), key=lambda kind: (kind.status, kind.code))
    rows = [f"| {kind.status} | `{kind.code}` | {kind.title}. {kind.help} |" for kind in kinds]
    table = "\n".join(["| status | code | what it means, and the mend |", "|---|---|---|", *rows])
    assert table in (ROOT / "docs/problems.md").read_text(), f"docs/problems.md must hold:\n{table}"
