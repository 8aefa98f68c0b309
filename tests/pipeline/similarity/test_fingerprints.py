from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.similarity.fingerprints import GRAM, WINDOW, fingerprints, gram_hashes
from pipeline.similarity.text import normalise

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E40), min_size=1, max_size=60)
SHARED = st.text(
    st.characters(min_codepoint=0x5B00, max_codepoint=0x5B20),
    min_size=GRAM + WINDOW - 1,
    max_size=GRAM + WINDOW - 1,
)


@given(SHARED, HAN, HAN, HAN)
def test_a_copied_stretch_always_shares_a_fingerprint(
    shared: str, before: str, behind: str, other: str
) -> None:
    one = fingerprints(normalise(before + shared + behind))
    two = fingerprints(normalise(other + shared))
    assert set(one.hashes.tolist()) & set(two.hashes.tolist())


def test_an_index_of_yesterday_fits_the_hashes_of_today() -> None:
    text = normalise("盲评材料的文字相似")
    assert gram_hashes(text, GRAM).tolist()[0] == 0xAA4DB3CF35DA1C73
    prints = fingerprints(text)
    assert all(
        gram_hashes(text, GRAM)[p] == h for h, p in zip(prints.hashes, prints.places, strict=True)
    )


def test_a_text_shorter_than_a_gram_has_no_fingerprint() -> None:
    assert len(fingerprints(normalise("四个字符")).hashes) == 0
