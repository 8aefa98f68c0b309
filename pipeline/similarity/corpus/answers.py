"""What a corpus answers: candidates and its size; and the index as one commit left it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.corpus.segment import Postings
from pipeline.similarity.nouns import Document
from pipeline.similarity.rarity import PLACES, Rarity


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A document that shares rare fingerprints with an examined text.

    Attributes:
        document: What is known of it.
        shared: How many different rare fingerprints it shares.
        score: Their weight; candidates come with falling scores.
        query_places: Normalised offsets of them in the examined text, int32, rising.
        source_places: Normalised offsets of them in this document, int32.
    """

    document: Document
    shared: int
    score: int
    query_places: NDArray[np.int32] = field(repr=False)
    source_places: NDArray[np.int32] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stats:
    """How large a corpus is.

    Attributes:
        documents: Documents.
        characters: Code points of their texts as given.
        kinds: Documents of each kind.
        postings: Postings of the index.
        segments: Segments of the index.
        index_bytes: Their size.
        catalogue_bytes: Size of the catalogue with the texts.
    """

    documents: int
    characters: int
    kinds: dict[str, int]
    postings: int
    segments: int
    index_bytes: int
    catalogue_bytes: int


class State:
    """The index as one commit left it."""

    def __init__(self, segments: tuple[Postings, ...], documents: int, length: int) -> None:
        self.segments = segments
        self.documents = documents
        self.length = length

    @cached_property
    def rarity(self) -> Rarity:
        """How common pairs of characters are."""
        counts = np.zeros(PLACES, np.int32)
        for part in self.segments:
            counts[part.pairs] += part.pair_documents
        return Rarity(self.documents, counts, self.length)
