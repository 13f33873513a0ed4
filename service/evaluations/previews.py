"""Previews: what an evaluation would say, decided again from computations that this process keeps; nothing is stored.

A computation is kept for the organization that asked, under the digest of everything it stands on, so that nobody is
shown another's and nothing is out of date. Those used last stay, as many and as large as the limits below allow. What a
preview replays is bounded as a dry run is: one computation at a time in turns, no longer than a request may take.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from service.evaluations.document import Envelope, Inputs
from service.evaluations.engine import THREADS, in_turn, refusal, require_bounded, turn
from service.evaluations.inputs import Plan, materials_of
from service.evaluations.looking import looking
from service.kit.db.transaction import Actor
from service.policies.policy_schema import policy_document, stored_policy_of
from service.workflow.compute.replay_cache import NotReplayedError
from service.workflow.document import document
from service.workflow.errors import WorkflowError
from service.workflow.policy import Policy
from service.workflow.policy_change import Computation, basis, foreseen

MOST_KEPT = 8
"""Computations that a process keeps."""

MOST_BYTES = 384 * 1024 * 1024
"""What they may hold together; one that is larger alone is not kept."""

FORESEEN_SECONDS = 4.0
"""How long answers that are likely to come are prepared for beside requests, once the one asked for is there."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an evaluation would say, without what takes replays of its own; None where it was not replayed yet.

    body: as of a dry run, without a digest. seconds: how long replaying is expected to take.
    """

    body: Json | None
    seconds: float


class _Kept:
    """Computations by who asked and what they stand on, those used last at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[tuple[str, str], Computation] = OrderedDict()

    def get(self, key: tuple[str, str]) -> Computation | None:
        """Return a computation, and count it as used."""
        with self._lock:
            found = self._found.get(key)
            if found is not None:
                self._found.move_to_end(key)
            return found

    def keep(self, key: tuple[str, str], computation: Computation) -> None:
        """Keep a computation; let go of those not used for longest, until what is left is small enough."""
        with self._lock:
            self._found[key] = computation
            self._found.move_to_end(key)
            while len(self._found) > MOST_KEPT or sum(one.size_bytes for one in self._found.values()) > MOST_BYTES:
                self._found.popitem(last=False)

    def forget(self) -> None:
        """Let go of all of them."""
        with self._lock:
            self._found.clear()


_kept = _Kept()

forget = _kept.forget


def preview(actor: Actor, planned: Plan, *, may_replay: bool) -> Preview:
    """Return what a planned evaluation would say, decided again where that takes no replay.

    Raises Problem 422 for what the workflow refuses and, with `may_replay`, for what takes too long, 503 where the turn
    does not come.
    """
    policy = stored_policy_of(planned.inputs.policy)
    key = actor.organization_id, _without_answers(planned.inputs, policy).key
    found = _kept.get(key)
    body = None if found is None else _decided(found, planned.inputs, policy)
    if body is None and may_replay:
        require_bounded(planned.estimated_seconds)
        with in_turn(actor):
            found = _kept.get(key) or _computation(actor, planned.inputs, policy)
            body = _body(found, planned.inputs, policy, may_replay=True)
            _kept.keep(key, found)
        threading.Thread(target=foresee, args=(actor, found, policy), name="foresee", daemon=True).start()
    return Preview(body, planned.estimated_seconds)


def _without_answers(inputs: Inputs, policy: Policy) -> Inputs:
    """Return the inputs without what of the policy can be decided again."""
    return replace(inputs, policy=policy_document(basis(policy)))


def _computation(actor: Actor, inputs: Inputs, policy: Policy) -> Computation:
    with looking(actor) as tx:
        materials = materials_of(tx, inputs)
    try:
        return Computation(materials.history, materials.offers, policy, materials.remarks)
    except WorkflowError as error:
        raise refusal(error) from error


def _decided(computation: Computation, inputs: Inputs, policy: Policy) -> Json | None:
    """Decide again without a replay; None where it takes one."""
    try:
        return _body(computation, inputs, policy, may_replay=False)
    except NotReplayedError:
        return None


def foresee(actor: Actor, computation: Computation, policy: Policy) -> None:
    """Replay what the next answers are likely to take, a turn each, as long as it is quick and turns come at once.

    One answer may take thousands of replays, so the time is asked for before each of them.
    """
    begun = time.monotonic()

    def is_over() -> bool:
        """Whether nothing more is prepared."""
        return time.monotonic() - begun > FORESEEN_SECONDS

    with ThreadPoolExecutor(THREADS) as executor:
        for likely in foreseen(policy, computation.offers):
            with turn(actor, FORESEEN_SECONDS) as held:
                if not held or is_over():
                    return
                with suppress(WorkflowError, NotReplayedError):  # whoever asks is told
                    computation.under(likely, executor, may_replay=True, is_over=is_over)


class _AtOnce(Executor):
    """Runs what it is given in the calling thread: what is kept is looked up sooner than another thread is woken."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as Executor
        """Return the result, or the error, as a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            future.set_exception(error)
        return future


def _body(computation: Computation, inputs: Inputs, policy: Policy, *, may_replay: bool) -> Json:
    with ThreadPoolExecutor(THREADS) if may_replay else _AtOnce() as executor:
        try:
            found = computation.under(policy, executor, may_replay=may_replay)
        except WorkflowError as error:
            raise refusal(error) from error
    return Envelope().document() | {"inputs": inputs.document(), "digest": ""} | document(found)
