"""How common a pair of neighbouring words is: in how many documents it stands.

A word is a single Chinese character, or a whole word or number of another script.

Counts lie in a table of fixed size that the hash of the pair points into, so that it costs the
same for ten documents and for ten million, and adding or removing a document is one addition.
Pairs that share a place count as common as both together; at this size few do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.fingerprints import mixed
from pipeline.similarity.text import NormalText
from pipeline.similarity.words import Words, words

PLACES = 1 << 20

_SMALL_CORPUS = 60_000.0

_FIRST = np.uint64(0x9E3779B97F4A7C15)


def pair_places(text: NormalText) -> NDArray[np.int32]:
    """Place in the table of every pair of neighbouring words, in the order of the text."""
    return places_of(words(text))


def places_of(cut: Words) -> NDArray[np.int32]:
    """Place in the table of every pair of neighbouring words of a text that is already cut."""
    pairs = mixed(cut.hashes[:-1] * _FIRST + cut.hashes[1:])
    return (pairs & np.uint64(PLACES - 1)).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Rarity:
    """Document frequencies of pairs of words.

    Attributes:
        documents: Number of documents counted.
        counts: Number of documents in which a pair of each place stands, int32, ``(PLACES,)``.
        length: Number of words of all documents together; for Chinese, of characters.
    """

    documents: int
    counts: NDArray[np.int32] = field(repr=False)
    length: int

    @classmethod
    def of(cls, texts: Iterable[NormalText]) -> Rarity:
        """Count documents."""
        counts = np.zeros(PLACES, np.int32)
        documents = length = 0
        for text in texts:
            pairs = pair_places(text)
            counts[np.unique(pairs)] += 1
            documents += 1
            length += len(pairs) + 1
        return cls(documents, counts, length)

    def rates(self, places: NDArray[np.int32]) -> NDArray[np.float32]:
        """How often pairs stand in a text of the corpus, per word of it.

        Estimated from how many documents have them: were they strewn at random, a share of
        ``exp(-rate x length)`` of the documents of that length would lack them. A pair that was
        never seen is taken to be in half a document. A few texts say nothing of the language: as
        many are taken to stand beside them as make up a small corpus, without the pair.
        """
        counts = np.minimum(self.counts[places], self.documents)
        length = max(1.0, self.length / max(1, self.documents))
        share = (counts + 0.5) / (max(self.documents, _SMALL_CORPUS / length) + 1)
        rates: NDArray[np.float32] = (-np.log1p(-share) / length).astype(np.float32)
        return rates
