"""The templates of reports: everything put into them is escaped, and nothing that is missing passes for empty."""

from jinja2 import Environment, PackageLoader, StrictUndefined

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


TEMPLATES.filters["short"] = _short
TEMPLATES.globals |= {"nbsp": SPACE}
