"""The templates of reports: everything put into them is escaped, and nothing that is missing passes for empty."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.reports.scales import text_width
from service.reports.words import SPACE

TEMPLATES = Environment(
    loader=PackageLoader("service.reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _short(value: float, places: int) -> str:
    """Return a position with at most so many places, without zeros that say nothing."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _fit(text: str, width: float, weight: int = 400) -> str:
    """Return a text, cut and marked as cut where it is wider than so many pixels."""
    if text_width(text, weight=weight) <= width:
        return text
    while text and text_width(f"{text}\u2026", weight=weight) > width:
        text = text[:-1]
    return f"{text}\u2026"


TEMPLATES.filters |= {"short": _short, "fit": _fit, "wide": text_width}
TEMPLATES.globals |= {"nbsp": SPACE}
