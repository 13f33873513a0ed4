"""The site for people: pages in one frame, served to browsers by the same services as the API."""

from flask import Blueprint

from service.pages import (
    compare,
    decisions,
    errors,
    evaluations,
    portfolio,
    prices,
    reference,
    session,
    settings,
    start,
    workload,
    workloads,
)
from service.reports import words

blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static")

for _module in (
    session,
    portfolio,
    start,
    workloads,
    workload,
    evaluations,
    compare,
    decisions,
    prices,
    settings,
    reference,
):
    _module.register(blueprint)
blueprint.add_app_template_filter(words.with_days)
blueprint.after_app_request(errors.as_page)
