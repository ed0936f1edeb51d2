"""Says how likely each candidate is the antecedent of a pronoun or nominal: a small network over the features of both.

The weights (data/antecedents.npz) were trained by bench/train_coreference.py; data/antecedents.json says on which sets.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from crisiskg.annotation.weights import read_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Networks by the anaphors that they tie; each learns from its own examples.
NETWORK_OF: dict[str, str] = {"he": "person", "she": "person", "they": "they", "it": "it", "nominal": "nominal"}

#: Arrays of a network: names of the features, weight of each, its share in the hidden units, and what follows from those.
ARRAYS = ("features", "weights", "hidden", "hidden_bias", "out", "caution")


class Network:
    """A network for one sort of anaphor.

    A candidate's score is the sum of the weights of its features, plus what the hidden units make of the sum of their shares.
    That nothing in the text is meant is a candidate too; its features begin with "0:".
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.float32]], features: Sequence[str]) -> None:
        """Keep the weights.

        Args:
            arrays: The arrays named in `ARRAYS` but for `features`.
            features: The names of the features, in the order of the rows.
        """
        self._index = {feature: number for number, feature in enumerate(features)}
        # One row a feature: its weight, then its shares in the hidden units; a last row of zeros for features that are not known.
        rows = np.column_stack([arrays["weights"], arrays["hidden"]])
        self._rows = np.vstack([rows, np.zeros((1, rows.shape[1]))]).astype(np.float32)
        self._hidden_bias = arrays["hidden_bias"].astype(np.float32)
        self._out = arrays["out"].astype(np.float32)
        self._caution = float(arrays["caution"])

    def probabilities(
        self, nothing: Sequence[str], shared: Sequence[str], candidates: Sequence[Sequence[str]]
    ) -> NDArray[np.float64]:
        """Return how likely each candidate is meant; first that none of them is.

        Args:
            nothing: Features of the case that none of the candidates is meant.
            shared: Features of the anaphor.
            candidates: Features of each candidate.

        Returns:
            Shares that add up to 1, one more than there are candidates.
        """
        index, unknown = self._index, len(self._index)
        scores = np.empty(len(candidates) + 1)
        scores[0] = self._rows[[index.get(feature, unknown) for feature in nothing], 0].sum() + self._caution
        if candidates:
            common = [index.get(feature, unknown) for feature in shared]
            flat = [index.get(feature, unknown) for features in candidates for feature in features]
            starts = [0, *accumulate(len(features) for features in candidates[:-1])]
            sums = np.add.reduceat(self._rows[flat], starts, axis=0)
            sums += self._rows[common].sum(axis=0)
            hidden = np.maximum(sums[:, 1:] + self._hidden_bias, 0.0)
            scores[1:] = sums[:, 0] + hidden @ self._out
        scores -= scores.max()
        shares = np.exp(scores)
        return np.asarray(shares / shares.sum(), dtype=np.float64)


def read_networks(content: bytes) -> dict[str, Network]:
    """Return the networks that a file of weights holds, by name.

    Args:
        content: A file in NumPy's npz form; nothing in it is executed.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        names = sorted({key.partition("/")[0] for key in found.files})
        networks = {}
        for name in names:
            features = bytes(found[f"{name}/features"]).decode("utf-8").split("\n")
            arrays = {array: found[f"{name}/{array}"].astype(np.float32) for array in ARRAYS if array != "features"}
            networks[name] = Network(arrays, features)
    return networks


@cache
def antecedent_networks() -> dict[str, Network]:
    """Return the trained networks, by name.

    Raises:
        ModelUnavailable: the file of weights is missing or not the expected one.
    """
    return read_networks(read_weights("antecedents.npz"))
