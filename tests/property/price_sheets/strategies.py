"""Any price sheet there can be, and any JSON there can be in place of a part of it."""

import string
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from service.workflow.metered_prices import METERS, WEIGHTED_METERS
from tests.effort import examples

Json = dict[str, Any]

checked = settings(
    deadline=None,
    derandomize=True,
    max_examples=examples(150),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Every run the same cases, however busy the machine is."""

names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
guarded = st.tuples(st.sampled_from([*"=+-@'", ""]), names).map("".join)
skus = st.text(string.ascii_letters + string.digits, min_size=1, max_size=6)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1)).map(date.isoformat)
amounts = st.decimals(Decimal(0), Decimal(10**9), places=6).map(lambda value: f"{abs(value):f}")
words = names.filter(lambda text: ";" not in text)


def whole(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


def number(low: float, high: float) -> st.SearchStrategy[float]:
    """Return numbers as a reader of JSON takes them: no exponent beyond 30."""
    return st.floats(max(low, 1e-6), high) | st.just(max(low, 1e-6) if low else 0)


def some(required: Json, **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def tiers(draw: st.DrawFn) -> list[Json]:
    above = sorted(draw(st.sets(whole(1, 10**15), min_size=1, max_size=3)))
    return [{"above": threshold, "amount": draw(amounts)} for threshold in above]


@st.composite
def prices(draw: st.DrawFn) -> list[Json]:
    drawn: list[Json] = []
    for meter in draw(st.lists(st.sampled_from(METERS), min_size=1, max_size=5, unique=True)):
        powers = [10**power for power in range(10)] + ([60, 3600] if meter == "compute_seconds" else [])
        entry = some({"amount": amounts, "per": st.sampled_from(powers)}, tiers=tiers())
        drawn.append({"meter": meter} | draw(entry))
    return drawn


@st.composite
def curves(draw: st.DrawFn) -> list[list[float]]:
    """Return a decode curve: streams rise, speeds fall."""
    streams = sorted(draw(st.sets(whole(1, 1000), min_size=1, max_size=4)))
    speeds = sorted((draw(number(1e-6, 1e9)) for _ in streams), reverse=True)
    return [list(pair) for pair in zip(streams, speeds, strict=True)]


speeds = some({"prefill_tokens_per_second": number(1e-6, 1e12), "decode_tokens_per_second": curves()})
isolations = some(
    {"tenancy": st.sampled_from(["shared", "dedicated"])},
    version_pinning=st.booleans(),
    residency=st.lists(words, min_size=1, max_size=3, unique=True),
    certifications=st.lists(words, min_size=1, max_size=3, unique=True),
)
common = {
    "region": names,
    "gpu": guarded,
    "quantization": names,
    "speed": speeds,
    "isolation": isolations,
    "available_from": days,
    "preferred": st.booleans(),
    "note": guarded,
}
serverless = some(
    {"mode": st.just("serverless"), "model": guarded, "prices": prices()},
    monthly_minimum=amounts,
    limits=some({"requests_per_minute": whole(1, 10**9)}, tokens_per_minute=whole(1, 10**12)),
    cold_start=some({"idle_seconds": number(0, 1e6), "start_seconds": number(0, 86_400)}),
    warm_pool=some({"hourly": amounts}, concurrency=whole(1, 1000)),
    instance_concurrency=whole(1, 1000),
    **common,
)


@st.composite
def rates(draw: st.DrawFn) -> list[Json]:
    drawn: list[Json] = []
    for term in draw(st.lists(whole(0, 120), min_size=1, max_size=4)):
        paid = some({draw(st.sampled_from(["hourly", "monthly"])): amounts}, billing_seconds=whole(1, 3600))
        rate: Json = {"term_months": term} | draw(paid)
        if term and draw(st.booleans()):
            rate["upfront"] = draw(amounts)
        if rate not in drawn:
            drawn.append(rate)
    return drawn


@st.composite
def axes(draw: st.DrawFn) -> Json:
    weights: Json = draw(
        st.dictionaries(st.sampled_from(WEIGHTED_METERS), st.one_of(amounts, whole(0, 10)), min_size=1)
    )
    weights[draw(st.sampled_from(WEIGHTED_METERS))] = draw(st.sampled_from([1, "0.0000009"]))
    axis: Json = {"per_minute": draw(st.sampled_from([1, 1200, "0.5"])), "weights": weights}
    above = draw(st.lists(whole(1, 10**6), max_size=3, unique=True).map(sorted))
    if above:
        axis["longer"] = [{"input_tokens_above": length, "weights": dict(weights)} for length in above]
    return axis


capacities = st.one_of(
    speeds.flatmap(lambda speed: some({"kind": st.just("concurrency"), "slots": whole(1, 1000)} | just(speed))),
    some(
        {
            "kind": st.just("throughput"),
            "window_seconds": whole(1, 3600),
            "axes": st.lists(axes(), min_size=1, max_size=3),
        }
    ),
)


def just(values: Json) -> dict[str, st.SearchStrategy[Any]]:
    return {name: st.just(value) for name, value in values.items()}


def scaled_by_slots(offer: Json) -> Json:
    """Return the offer, without scaling by itself where its units are of throughput."""
    if offer.get("capacity", {}).get("kind") == "throughput":
        offer.pop("autoscale", None)
    return offer


dedicated = some(
    {"mode": st.just("dedicated"), "model": guarded, "rates": rates()},
    unit=names,
    units=some({"minimum": whole(1, 100)}, increment=whole(1, 100), maximum=whole(1000, 2000)),
    capacity=capacities,
    start_seconds=number(0, 86_400),
    autoscale=some({"minimum": whole(0, 100)}, idle_seconds=number(0, 1e6)),
    **common,
).map(scaled_by_slots)


@st.composite
def sheets(draw: st.DrawFn) -> Json:
    """Return a price sheet that says nothing contradictory."""
    offers = draw(st.lists(st.one_of(serverless, dedicated), min_size=1, max_size=4))
    named = draw(st.lists(skus, min_size=len(offers), max_size=len(offers), unique=True))
    head = draw(
        some(
            {
                "provider": guarded,
                "name": guarded,
                "currency": st.text(string.ascii_uppercase, min_size=3, max_size=3),
                "effective_from": days,
                "source": some({"as_of": days}, name=guarded, url=st.just("https://a.example/x"), version=guarded),
            }
        )
    )
    return head | {"offers": [{"sku": sku} | offer for sku, offer in zip(named, offers, strict=True)]}


hostile = st.one_of(
    st.sampled_from(
        [
            "1E+1000000", "NaN", "Infinity", "-1", "-0", "+1", "１２", "1_000", "0x10", "1,5", " 1", "1 ", "1\n", "",
            "00.5", ".5", "5.", "1" * 40, "0." + "1" * 13, "\x00", "\ud800", "\u202e", "'; DROP TABLE price_sheets; --",
            None, True, 0, -1, 2**63, 10**400, 1e308, 5e-324, float("nan"), float("inf"),
            Decimal("1E+1000000"), Decimal("NaN"), Decimal("sNaN"), [], {}, [[]], {"": ""},
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    ),
)  # fmt: skip
"""Values that no one should send, and a few that one may."""


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[Json, object]:
    """Return a price sheet with one value anywhere in it replaced, and that value."""
    document = draw(sheets())
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:  # noqa: ANN401 - any JSON value
        for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            places.append((node, key))
            walk(value)

    walk(document)
    node, key = draw(st.sampled_from(places))
    value = draw(hostile)
    node[key] = value
    return document, value
