"""What a corpus holds, as one id, and what came and went between two of them.

The id is a hash over the index' parameters and over the *set* of documents, so that it is the same
for equal content in whatever order it was added. The set is hashed by adding up a long hash of
each document, lane by lane modulo 2**16, which adding and removing a document can keep up with at
the same cost in a corpus of any size: LtHash16 of Bellare and Micciancio, A New Paradigm for
Collision-Free Hashing (EUROCRYPT 1997), in the sizes of Lewi et al., Securing Update Propagation
with Homomorphic Hashing (2019).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.fingerprints import GRAM, WINDOW, fingerprints
from pipeline.similarity.nouns import Document
from pipeline.similarity.rarity import pair_places
from pipeline.similarity.text import normalise

_LANES = 1024
_ID_DIGITS = 32
_BASIC_PLANE = range(0x20, 0xD800)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a corpus held at one time.

    Attributes:
        id: Hash over documents and parameters; equal for equal content.
        documents: Number of documents.
        taken: UTC time at which the corpus came to hold this, ISO 8601. Not part of the id.
        parameters: What the index was made by, see :func:`index_parameters`.
    """

    id: str
    documents: int
    taken: str
    parameters: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What came and went since a snapshot. A changed document came and went.

    Attributes:
        came: Documents that were not in it, by id.
        gone: Ids of documents that were in it.
    """

    came: tuple[Document, ...]
    gone: tuple[str, ...]


class ContentSum:
    """The running hash of a set of documents."""

    def __init__(self, lanes: bytes = b"") -> None:
        self._lanes: NDArray[np.uint16] = np.zeros(_LANES, np.uint16)
        if lanes:
            self._lanes = np.frombuffer(lanes, "<u2").astype(np.uint16)

    def add(self, digest: bytes) -> None:
        """Count a document in."""
        self._lanes += _spread(digest)

    def remove(self, digest: bytes) -> None:
        """Count a document out."""
        self._lanes -= _spread(digest)

    def to_bytes(self) -> bytes:
        """What the constructor takes."""
        return self._lanes.astype("<u2").tobytes()

    def snapshot_id(self, parameters: str) -> str:
        """Return the id of what is counted."""
        whole = hashlib.sha256(parameters.encode() + b"\0" + self.to_bytes())
        return whole.hexdigest()[:_ID_DIGITS]


def document_digest(document: Document, text: str) -> bytes:
    """Return the SHA-256 of a document and its text.

    The digest of the author's identity number is left out: its key is another one in every corpus.
    """
    facts = asdict(document)
    for author in facts["authors"]:
        del author["id_digest"]
    said = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    whole = hashlib.sha256(said + b"\0")
    whole.update(text.encode("utf-8", "surrogatepass"))
    return whole.digest()


@cache
def index_parameters() -> str:
    """Return what the index depends on, in words and sums: a program that differs cannot use it.

    The sums are over the normal form of all usual characters, which the tables of another release
    of OpenCC or of Unicode may change, over their fingerprints and over the places of their pairs.
    """
    text = normalise("".join(map(chr, _BASIC_PLANE)))
    form = hashlib.sha256(text.codes.astype("<u4").tobytes()).hexdigest()[:12]
    hashes = hashlib.sha256(fingerprints(text).hashes.astype("<u8").tobytes()).hexdigest()[:12]
    pairs = hashlib.sha256(pair_places(text).astype("<i4").tobytes()).hexdigest()[:12]
    return f"gram={GRAM} window={WINDOW} form={form} hashes={hashes} pairs={pairs}"


def _spread(digest: bytes) -> NDArray[np.uint16]:
    return np.frombuffer(hashlib.shake_256(digest).digest(2 * _LANES), "<u2").astype(np.uint16)
