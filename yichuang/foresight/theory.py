"""What queueing theory says about mean waits, in closed form: the yardstick of the simulation.

Rates are per unit of time and all times in that unit. `load` is the offered work per window, ρ = λ / (c μ).

Sources: A. K. Erlang (1917) for M/M/c; Pollaczek (1930) and Khinchine (1932) for M/G/1; L. Kleinrock,
"A delay dependent queue discipline", Naval Research Logistics Quarterly 11 (1964), for priority that
accumulates with waiting time; D. A. Stanford, P. Taylor, I. Ziedins, "Waiting time distributions in the
accumulating priority queue", Queueing Systems 77 (2014), who name the discipline and treat its
distributions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def erlang_c(arrival_rate: float, service_rate: float, servers: int) -> float:
    """The probability that a visitor of M/M/c has to wait; raises ValueError when work piles up."""
    offered = arrival_rate / service_rate
    load = offered / servers
    _refuse_overload(load)
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = offered * blocked / (busy + offered * blocked)
    return blocked / (1 - load * (1 - blocked))


def mean_wait(arrival_rate: float, service_rate: float, servers: int) -> float:
    """The mean wait in M/M/c in order of arrival, those who need not wait included."""
    waiting = erlang_c(arrival_rate, service_rate, servers)
    return waiting / (servers * service_rate - arrival_rate)


def wait_longer_than(
    seconds: float, arrival_rate: float, service_rate: float, servers: int
) -> float:
    """The probability that a visitor of M/M/c, served in order of arrival, waits longer."""
    spare = servers * service_rate - arrival_rate
    return erlang_c(arrival_rate, service_rate, servers) * math.exp(-spare * seconds)


def mean_wait_of_one(arrival_rate: float, mean_service: float, mean_square: float) -> float:
    """The mean wait in M/G/1 in order of arrival; `mean_square` is that of the service time."""
    load = arrival_rate * mean_service
    _refuse_overload(load)
    return arrival_rate * mean_square / 2 / (1 - load)


def accumulating_waits(
    fifo_wait: float, loads: Sequence[float], rates: Sequence[float]
) -> list[float]:
    """The mean wait of each class when priority accumulates at `rates`, without interruption.

    Kleinrock's closed form for M/G/1, with `fifo_wait` the mean wait of the same system in order of
    arrival and `loads` each class's part of the load:

        W_p = (W - Σ_{slower i} ρ_i W_i (1 - b_i / b_p)) / (1 - Σ_{faster i} ρ_i (1 - b_p / b_i))

    It holds for M/M/c with one service rate as well: while all windows are busy, the line of M/M/c is that of
    M/M/1 with the rate c μ, so every class's wait there is scaled by the same ratio of the
    probabilities of waiting, and the form is linear in W. Solved from the slowest class up.
    """
    if len(loads) != len(rates) or min(rates) <= 0:
        raise ValueError("each class has a load and a positive rate")
    _refuse_overload(sum(loads))
    waits = [0.0] * len(rates)
    for this in sorted(range(len(rates)), key=rates.__getitem__):
        own = rates[this]
        yielded = sum(
            load * waits[other] * (1 - rates[other] / own)
            for other, load in enumerate(loads)
            if rates[other] < own
        )
        overtaken = sum(
            load * (1 - own / rates[other])
            for other, load in enumerate(loads)
            if rates[other] > own
        )
        waits[this] = (fifo_wait - yielded) / (1 - overtaken)
    return waits


def strict_waits(fifo_wait: float, loads: Sequence[float]) -> list[float]:
    """The mean wait of each class, front class first, when a front class always goes first (Cobham 1954).

    Without interruption; to this the accumulating discipline tends as its rates grow apart.
    """
    _refuse_overload(sum(loads))
    work = fifo_wait * (1 - sum(loads))
    waits, front = [], 0.0
    for load in loads:
        waits.append(work / ((1 - front) * (1 - front - load)))
        front += load
    return waits


def _refuse_overload(load: float) -> None:
    if not 0 <= load < 1:
        raise ValueError(f"no mean wait exists at a load of {load:g}")
