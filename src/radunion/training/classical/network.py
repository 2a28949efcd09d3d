"""A small neural network on Haar wavelet and SIFT features, after Dimililer 2017.

IBFDS: Intelligent bone fracture detection system (Procedia Computer Science 120): one hidden layer on prepared films.
There the answer is fractured or not; here, our choice, one such network answers each question on a cortex. Size,
weight decay and number of passes are our choice; nothing is stopped early, so no film is needed to decide when.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Shaped

from radunion.errors import TrainingError
from radunion.training.classical.codebook import Codebook, fit_codebook
from radunion.training.classical.haar import GROUPS
from radunion.training.classical.problems import Kind, Problem, check_patients, check_rows, problems_of, said_of
from radunion.training.classical.said import FilmSaid

_HIDDEN = 32
_DECAY = 1.0
_PASSES = 40


@dataclass
class HaarModel:
    """Levels of cortices, scorability and the view of films from their Haar and SIFT features."""

    codebook: Codebook | None = None
    scaler: Any = None
    networks: dict[tuple[Kind, int, int], "Answerer"] = field(default_factory=dict)

    def fit(
        self,
        features: Mapping[str, Float32[np.ndarray, "_ _"]],
        view_lateral: Bool[np.ndarray, " m"],
        allowed: Bool[np.ndarray, "m 4 4"],
        scorable: Float[np.ndarray, "m 4"],
        groups: Shaped[np.ndarray, " m"],
        *,
        seed: int,
    ) -> "HaarModel":
        """Learn from films; `allowed` are the levels that each label leaves open, `groups` the patients.

        Raises TrainingError for features that do not fit the films, or fewer than 2 patients.
        """
        from sklearn.preprocessing import StandardScaler

        check_rows(features, GROUPS, len(view_lateral))
        check_patients(groups)
        draws = np.random.default_rng(seed)
        self.codebook = fit_codebook(features["descriptors"], seed=int(draws.integers(2**31)))
        inputs = _inputs(features, self.codebook)
        self.scaler = StandardScaler().fit(inputs)
        scaled = self.scaler.transform(inputs)
        self.networks = {
            problem.key: _learn(scaled, problem, int(draws.integers(2**31)))
            for problem in problems_of(view_lateral, allowed, scorable)
        }
        return self

    def predict(
        self, features: Mapping[str, Float32[np.ndarray, "_ _"]], view_lateral: Bool[np.ndarray, " m"]
    ) -> FilmSaid:
        """Say what the films show.

        Raises TrainingError before `fit`.
        """
        check_rows(features, GROUPS, len(view_lateral))
        if self.codebook is None:
            raise TrainingError("a model must be fitted before it predicts; call fit first")
        scaled = self.scaler.transform(_inputs(features, self.codebook))
        return said_of(view_lateral, {key: network(scaled) for key, network in self.networks.items()})


@dataclass(frozen=True)
class Answerer:
    """A network, or a constant where there was one answer only."""

    network: Any | None
    rate: float

    def __call__(self, inputs: Float[np.ndarray, "m d"]) -> Float[np.ndarray, " m"]:
        """Return P(yes)."""
        if self.network is None:
            return np.full(len(inputs), self.rate)
        return np.asarray(self.network.predict_proba(inputs)[:, 1])


def _inputs(features: Mapping[str, Float32[np.ndarray, "m _"]], codebook: Codebook) -> Float32[np.ndarray, "m d"]:
    plain = [features[name] for name in GROUPS if name != "descriptors"]
    return np.concatenate([*plain, codebook.histogram(features["descriptors"])], axis=1)


def _learn(inputs: Float[np.ndarray, "m d"], problem: Problem, state: int) -> Answerer:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    if len(np.unique(problem.target)) < 2:
        return Answerer(None, problem.rate)
    network = MLPClassifier(
        (_HIDDEN,), alpha=_DECAY, max_iter=_PASSES, batch_size=min(32, len(problem.rows)), random_state=state
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of passes is fixed on purpose
        network.fit(inputs[problem.rows], problem.target)
    return Answerer(network, problem.rate)
