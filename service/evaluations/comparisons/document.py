"""The difference of two evaluations as JSON."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from service.evaluations.comparisons.differences import differences
from service.evaluations.comparisons.path import Side, changed_offers
from service.workflow.document.encoding import encode, encoded
from service.workflow.document.options import AnsweredOption
from service.workflow.document.values import JsonValue, money
from service.workflow.what_if.attribution import Part, Point, option_parts, recommended_parts

REFERENCE = ("id", "workload_id", "version", "created_at", "digest")


def diff_document(before: Side, after: Side, path: Sequence[Point], currency: str) -> dict[str, Any]:
    """Return the whole difference from `before` to `after`; money is exact and parts add up to their change."""
    return {
        "evaluation": _reference(after),
        "against": _reference(before),
        "causes": _causes(before, after),
        "recommended": _recommended(path, currency),
        "path": [{"causes": list(point.causes), "recommendation": _headline(point)} for point in path],
        "options": _options(path[0], path[-1], path, currency),
    }


def _reference(side: Side) -> dict[str, Any]:
    return {name: side.body[name] for name in REFERENCE} | {"engine_version": side.inputs.engine_version}


def _causes(before: Side, after: Side) -> dict[str, Any]:
    """Say what differs among the inputs."""
    return {
        "traffic": before.inputs.traffic_history.digest != after.inputs.traffic_history.digest,
        "prices": [{"offer": name, "change": kind} for name, kind in changed_offers(before, after).items()],
        "policy": list(differences(before.inputs.policy, after.inputs.policy)),
        "engine": before.inputs.engine_version != after.inputs.engine_version,
    }


def _recommended(path: Sequence[Point], currency: str) -> dict[str, Any]:
    parts = recommended_parts(path)
    comparable = path[0].recommended is not None and path[-1].recommended is not None
    return {
        "before": _headline(path[0]),
        "after": _headline(path[-1]),
        "change": money(_total(parts), currency) if comparable else None,
        "by_cause": {name: money(amount, currency) for name, amount in _by_cause(parts).items()},
        "parts": [_part(part, currency) for part in parts],
    }


def _headline(point: Point) -> dict[str, Any]:
    recommended = encoded(point.answer.recommendation)
    return {name: recommended[name] for name in ("mode", "option", "monthly_cost")}


def _total(parts: Iterable[Part]) -> Decimal:
    return sum((part.amount for part in parts), Decimal(0))


def _by_cause(parts: Sequence[Part]) -> dict[str, Decimal]:
    """Return the amounts by cause; causes that could only be told together are joined by `+`."""
    names = dict.fromkeys("+".join(part.causes) for part in parts)
    return {name: _total(part for part in parts if "+".join(part.causes) == name) for name in names}


def _part(part: Part, currency: str) -> dict[str, JsonValue]:
    return {
        "causes": list(part.causes),
        "kind": part.kind,
        "offers": list(part.offers),
        "from": part.switch[0],
        "to": part.switch[1],
        "amount": money(part.amount, currency),
    }


def _options(before: Point, after: Point, path: Sequence[Point], currency: str) -> dict[str, Any]:
    both = [way for way in before.options if way in after.options]
    eligible = [way for way in both if before.options[way].eligible is not after.options[way].eligible]
    return {
        "changed": [_changed(way, path, currency) for way in both if _known(way, before, after)],
        "appeared": [_brief(way, after.options[way]) for way in after.options if way not in before.options],
        "vanished": [_brief(way, before.options[way]) for way in before.options if way not in after.options],
        "became_eligible": [_brief(way, after.options[way]) for way in eligible if after.options[way].eligible],
        "became_ineligible": [_brief(way, after.options[way]) for way in eligible if not after.options[way].eligible],
    }


def _known(way: str, before: Point, after: Point) -> bool:
    return before.cost(way) is not None and after.cost(way) is not None


def _changed(way: str, path: Sequence[Point], currency: str) -> dict[str, Any]:
    before, after = path[0].options[way], path[-1].options[way]
    parts = option_parts(path, way)
    return {
        "option": way,
        "before": _cost(before),
        "after": _cost(after),
        "change": money(_total(parts), currency),
        "parts": [
            {"causes": list(part.causes), "offers": list(part.offers), "amount": money(part.amount, currency)}
            for part in parts
        ],
    }


def _cost(option: AnsweredOption) -> dict[str, Any]:
    plain = {"key": option.key, "units": option.units, "eligible": option.eligible}
    return plain | {"monthly_cost": encode(option.monthly_cost)}


def _brief(way: str, option: AnsweredOption) -> dict[str, Any]:
    violations = [violation.code for violation in option.violations]
    return {"option": way, **_cost(option), "ruled_out": option.ruled_out, "violations": violations}
