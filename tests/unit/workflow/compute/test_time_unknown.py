"""What is billed by time costs nothing that is known where nobody says how long a request takes."""

from dataclasses import replace
from decimal import Decimal

from service.workflow.metered_prices import Price
from service.workflow.offers import Speed
from service.workflow.traffic import MINUTE, SECOND, RequestLog
from tests.histories import MONDAY, ints
from tests.markets import chosen, options_of, request_offer

LOG = RequestLog(MONDAY + MINUTE * ints([*range(30)]), ints([900] * 30), ints([0] * 30), ints([100] * 30))
TIMED = replace(request_offer("time"), prices=(Price("compute_seconds", Decimal(1), 1),))
ASKED = request_offer("req", "0.01")


def test_it_is_not_recommended_for_costing_nothing() -> None:
    option = options_of(LOG, [TIMED, ASKED])["serverless:time"]
    assert [violation.code for violation in option.violations] == ["needs_service_time"]
    best = chosen(LOG, [TIMED, ASKED])
    assert best is not None
    assert best.key == "serverless:req"


def test_a_speed_or_logged_times_make_it_known() -> None:
    fast = replace(TIMED, speed=Speed(9000.0, ((1, 100.0),)))
    assert options_of(LOG, [fast])["serverless:time"].eligible
    logged = replace(LOG, service_us=ints([2 * SECOND] * 30))
    option = options_of(logged, [TIMED])["serverless:time"]
    assert option.eligible
    assert option.monthly_cost > 0
