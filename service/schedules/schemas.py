"""Bodies of schedules."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from service.evaluations.schemas import PolicyChoiceSchema
from service.kit.http.fields import Choice, Flag, Identifier, Integer, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery
from service.kit.jobs.queue import STATES
from service.workloads.schemas import is_zone

EVERY = ("week", "month")

DAYS = {"week": 7, "month": 31}
"""The last day there is."""

_DAY = {"description": "1 (Monday) to 7 of a week, 1 to 31 of a month; a shorter month's last day stands for it."}
_AT = {"description": "`HH:MM` by the clocks of `zone`.", "example": "07:30"}

CLOCK = r"([01]\d|2[0-3]):[0-5]\d"


def no_such_day(every: str) -> str:
    """Return the sentence that refuses a day."""
    return f"A {every} has days 1 to {DAYS[every]}."


class NewScheduleSchema(PolicyChoiceSchema):
    """When to evaluate a workload anew, and under which policy: by default every Monday at 06:00 UTC."""

    workload_id = Identifier("wl", required=True)
    every = Choice(EVERY, load_default="week")
    day = Integer(minimum=1, maximum=31, load_default=1, metadata=_DAY)
    at = Text(pattern=CLOCK, load_default="06:00", metadata=_AT)
    zone = Text(minimum=1, maximum=60, load_default="UTC")
    paused = Flag(load_default=False)

    @ma.validates("zone")
    def _known_zone(self, value: str, **_: Any) -> None:  # noqa: ANN401
        is_zone(value)

    @ma.validates_schema
    def _has_the_day(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        if data["day"] > DAYS[data["every"]]:
            raise ma.ValidationError(no_such_day(data["every"]), "day")


class ChangedScheduleSchema(Schema):
    """Facts to replace; what is left out stays as it is."""

    every = Choice(EVERY)
    day = Integer(minimum=1, maximum=31, metadata=_DAY)
    at = Text(pattern=CLOCK, metadata=_AT)
    zone = Text(minimum=1, maximum=60)
    paused = Flag()

    @ma.validates("zone")
    def _known_zone(self, value: str, **_: Any) -> None:  # noqa: ANN401
        is_zone(value)


class ScheduledRunSchema(Schema):
    """The last time a schedule was due, and what came of it.

    `state`: of the job that asked for the evaluation, null once it is forgotten. `error`: why it could not.
    """

    due_at = Timestamp(required=True)
    job_id = Identifier("job", required=True)
    state = fields.String(required=True, allow_none=True, validate=validate.OneOf(STATES))
    evaluation_id = Identifier("ev", required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)


class ScheduleSchema(Schema):
    """A schedule. `next_at`: when it is due next, null while it is paused."""

    id = Identifier("sc", required=True)
    workload_id = Identifier("wl", required=True)
    every = Choice(EVERY, required=True)
    day = Integer(required=True)
    at = fields.String(required=True)
    zone = fields.String(required=True)
    paused = Flag(required=True)
    policy_choice = fields.Dict(
        required=True, metadata={"description": "`preset`, `policy_id`, ... as they were said."}
    )
    next_at = Timestamp(required=True, allow_none=True)
    last_run = fields.Nested(ScheduledRunSchema, required=True, allow_none=True)
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class SchedulesQuery(PageQuery):
    """Which schedules."""

    workload_id = Identifier("wl", load_default=None)
