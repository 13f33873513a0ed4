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
TEMPLATES.globals |= {"nbsp": SPACE}
