"""A policy survives its JSON form, whatever its knobs say."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.kit import canonical_json
from service.policies.policy_schema import policy_document, policy_of

SHARES = st.decimals(0, 1, places=4)
MONEY = st.decimals(0, 10**12 - 1, places=6)

DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "margin": SHARES.map(str),
        "modes": st.lists(
            st.sampled_from(["serverless", "dedicated", "autoscaled", "hybrid"]), min_size=1, unique=True
        ),
        "max_throttled_share": st.floats(0, 1),
        "latency": st.fixed_dictionaries(
            {},
            optional={
                "target_ms": st.none() | st.floats(1, 3_600_000),
                "percentile": st.floats(1, 100),
                "value_per_slow_request": MONEY.map(str),
            },
        ),
        "isolation": st.fixed_dictionaries(
            {
                "required": st.fixed_dictionaries(
                    {"residency": st.lists(st.sampled_from(["us", "eu", "ch"]), unique=True)}
                )
            }
        ),
        "traffic_factor": st.decimals(Decimal("0.001"), 1000, places=3).map(str),
        "seed": st.none() | st.integers(0, 2**53 - 1),
        "exchange_rates": st.dictionaries(
            st.sampled_from(["EUR", "CHF", "JPY"]), st.decimals(Decimal("0.01"), 100, places=2).map(str)
        ),
    },
)


@given(DOCUMENTS)
def test_loading_what_was_written_changes_nothing(document: dict[str, Any]) -> None:
    policy = policy_of(document)
    written = canonical_json.dumps(policy_document(policy))
    again = policy_of(json.loads(written))
    assert again == policy
    assert canonical_json.dumps(policy_document(again)) == written
