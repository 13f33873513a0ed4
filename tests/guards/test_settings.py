"""Every setting is documented, with the default and the meaning it has in the code."""

from dataclasses import fields

from service.app import create_app
from service.settings import OWN_PATHS, PREFIX, Settings
from tests.guards.sources import ROOT


def shown(value: object) -> str:
    """Return a default as the page shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"`{value}`" if value not in ((), "", None) else ""


def test_no_path_prefix_is_taken_for_an_address_of_the_service() -> None:
    rules = create_app(Settings()).url_map.iter_rules()
    assert sorted({rule.rule.split("/")[1] for rule in rules} - {""}) == OWN_PATHS


def test_the_page_lists_every_setting() -> None:
    rows = [f"| `{PREFIX}{s.name.upper()}` | {shown(s.default)} | {s.metadata['meaning']} |" for s in fields(Settings)]
    table = "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])
    assert table in (ROOT / "docs/settings.md").read_text(), f"docs/settings.md must hold:\n{table}"
