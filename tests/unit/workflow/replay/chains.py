"""Queueing theory: birth-death chains in closed form, the oracles of the statistical tests.

Sources: Erlang (1917); Kleinrock, Queueing Systems I (1975), chapter 3; the inference-server chain is llm-d's
queue-analysis (M/M/1/K with state-dependent batch service).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from service.workflow.traffic import Float64s


def birth_death(arrival_rate: float, leaving_rate: Callable[[int], float], states: int) -> Float64s:
    """Probabilities of 0 … states in the system; an arrival in the last state is lost."""
    logs = np.concatenate(
        ([0.0], np.cumsum([np.log(arrival_rate) - np.log(leaving_rate(n)) for n in range(1, states + 1)]))
    )
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def erlang_b(load: float, servers: int) -> float:
    """Share of calls lost of `load` erlangs on `servers` lines."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """Share of calls that wait, of load < servers."""
    blocked = erlang_b(load, servers)
    return blocked / (1 - load / servers * (1 - blocked))


@dataclass(frozen=True)
class BatchServer:
    """An inference server: ms a step `alpha`, a token `beta`, a token of context `gamma`; tokens in and out."""

    alpha: float
    beta: float
    gamma: float
    tokens_in: int
    tokens_out: int
    batch: int
    queue: int
    chunks: int = 1

    @property
    def steps(self) -> int:
        """Steps a request takes."""
        return self.chunks + self.tokens_out

    @property
    def prefill_work(self) -> float:
        """ms that a request's prefill adds to the steps it is in."""
        return (self.beta + self.gamma * (self.chunks + 1) / 2) * self.tokens_in

    @property
    def token_work(self) -> float:
        """ms that one of a request's output tokens adds to its step, on average."""
        return self.beta + self.gamma * (self.tokens_in + (self.tokens_out + 1) / 2)

    @property
    def delta(self) -> float:
        """ms a step grows by with each further request in the batch."""
        return (self.prefill_work + self.tokens_out * self.token_work) / self.steps

    def step_ms(self, batch: float) -> float:
        """How long a step takes with a batch."""
        return self.alpha + batch * self.delta

    def rate(self, batch: int) -> float:
        """Requests a ms that a batch finishes."""
        return batch / (self.steps * self.step_ms(batch))

    def states(self, arrivals_per_second: float) -> Float64s:
        """Probabilities of 0 … batch + queue requests in the system."""
        return birth_death(arrivals_per_second / 1000, lambda n: self.rate(min(n, self.batch)), self.batch + self.queue)

    def answer(self, arrivals_per_second: float) -> dict[str, float]:
        """Mean response, wait, number in service, first token and time between tokens, in ms."""
        states = self.states(arrivals_per_second)
        numbers = np.arange(len(states))
        accepted = arrivals_per_second / 1000 * (1 - states[-1])
        in_service = float((np.minimum(numbers, self.batch) * states).sum())
        response = float((numbers * states).sum()) / accepted
        service = in_service / accepted
        prefill = self.chunks * self.step_ms(in_service - 1) + self.prefill_work
        between = (service - prefill) / self.tokens_out
        wait = response - service
        return {
            "response": response,
            "wait": wait,
            "in_service": in_service,
            "first_token": wait + prefill + between,
            "between_tokens": between,
        }

    def maximum_rate(self) -> float:
        """Requests a second that can be asked of it: 0.999 of what a full batch finishes."""
        return 0.999 * 1000 * self.rate(self.batch)
