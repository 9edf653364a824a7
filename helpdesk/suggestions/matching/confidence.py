"""Confidence of a suggestion: a small logistic regression, and the threshold above which the bot may answer alone."""

from __future__ import annotations

from math import exp, lgamma, log
from typing import Any

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float64]
PRECISION, DOUBT = 0.95, 0.05
STEP_BACK = 1.5
"""Log odds added to the gate: real questions stray further from the examples than these from each other."""


class Logistic:
    """Logistic regression: the probability that a suggestion is right."""

    def __init__(self, weights: Table, centre: Table, scale: Table) -> None:
        self.weights, self.centre, self.scale = weights, centre, scale

    def __call__(self, facts: npt.NDArray[Any]) -> Table:
        """One probability per row."""
        lines = (facts - self.centre) / self.scale @ self.weights[1:] + self.weights[0]
        return np.asarray(1 / (1 + np.exp(-np.clip(lines, -30, 30))), np.float64)


def fit(facts: npt.NDArray[Any], right: npt.NDArray[Any], softness: float = 1.0) -> Logistic:
    """Fit by Newton's method; `softness` is the L2 regularisation."""
    centre, scale = facts.mean(0), facts.std(0) + 1e-6
    rows = np.hstack([np.ones((len(facts), 1)), (facts - centre) / scale])
    weights, wanted = np.zeros(rows.shape[1]), right.astype(np.float64)
    keep = np.full(rows.shape[1], softness)
    keep[0] = 1e-3
    for _ in range(12):
        predicted = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (predicted - wanted) + keep * weights
        bend = (rows * (predicted * (1 - predicted))[:, None]).T @ rows + np.diag(keep)
        weights = weights - np.linalg.solve(bend, slope)
    return Logistic(weights, centre, scale)


def gate(confidence: npt.NDArray[Any], right: npt.NDArray[Any], least: int = 40) -> float:
    """The lowest confidence threshold with provably accurate answers; above 1: never.

    Proven: the lower bound of the one-sided 95 % Clopper-Pearson interval reaches 95 %.
    """
    order = np.argsort(-confidence, kind="stable")
    good, threshold = 0, 2.0
    for n, i in enumerate(order, 1):
        good += bool(right[i])
        last = n == len(order) or confidence[order[n]] < confidence[i]
        if last and n >= least and good / n >= PRECISION and surely_above(PRECISION, good, n):
            threshold = float(confidence[i])
    if threshold >= 1:
        return threshold
    odds = log(max(threshold, 1e-6) / (1 - threshold)) + STEP_BACK
    return 1 / (1 + exp(-odds))


def surely_above(share: float, good: int, count: int) -> bool:
    """Exact binomial test: whether `good` of `count` successes reject a true share of `share` at 5 %."""
    chance = 0.0
    for k in range(good, count + 1):
        ways = lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1)
        chance += exp(ways + k * log(share) + (count - k) * log(1 - share))
        if chance >= DOUBT:
            return False
    return True
