"""Examples added after the index was built: new articles and confirmed answers. Cheap to add, found at once."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from helpdesk.suggestions.matching.index import Index, Vector

Table = npt.NDArray[np.float64]
NEWEST = 32


class IncrementalExamples:
    """The newest in a dictionary, the others in an index that is rebuilt when the dictionary grows."""

    def __init__(self) -> None:
        self._vectors: list[Vector] = []
        self._owners: list[int] = []
        self._newest: dict[int, list[tuple[int, float]]] = defaultdict(list)  # feature -> (example, weight)
        self._older: Index | None = None

    def add(self, vector: Vector, owner: int, size: int) -> None:
        """One more example of an article; `size`: features known by now."""
        number = len(self._vectors)
        self._vectors.append(vector)
        self._owners.append(owner)
        if len(self._vectors) % NEWEST == 0:
            features = np.concatenate([numbers for numbers, _ in self._vectors])
            texts = np.repeat(np.arange(number + 1, dtype=np.int32), [len(numbers) for numbers, _ in self._vectors])
            weights = np.concatenate([weights for _, weights in self._vectors])
            self._older = Index(features, texts, weights, number + 1, size)
            self._newest.clear()
            return
        for feature, weight in zip(vector[0].tolist(), vector[1].tolist(), strict=True):
            self._newest[feature].append((number, weight))

    def mix(self, vector: Vector, sums: Table, likest: Table) -> None:
        """Merge the similarities of these examples into their articles' scores."""
        if self._older is not None:
            alike = self._older.similar(vector)
            owners = np.array(self._owners[: self._older.count])
            np.add.at(sums, owners, alike)
            np.maximum.at(likest, owners, alike)
        shared: dict[int, float] = defaultdict(float)
        for feature, weight in zip(vector[0].tolist(), vector[1].tolist(), strict=True):
            for number, other in self._newest.get(feature, ()):
                shared[number] += weight * other
        for number, alike_one in shared.items():
            owner = self._owners[number]
            sums[owner] += alike_one
            likest[owner] = max(likest[owner], alike_one)

    def __len__(self) -> int:
        return len(self._owners)
