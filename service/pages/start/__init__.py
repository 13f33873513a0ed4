"""From a traffic file to an answer, in four steps: traffic, its shape, prices, what matters."""

from flask import Blueprint

from service.pages.start import example, policy, prices, shape, traffic


def register(blueprint: Blueprint) -> None:
    """Add the steps."""
    for step in (traffic, example, shape, prices, policy):
        step.register(blueprint)
