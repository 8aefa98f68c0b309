"""How components write down what they found: span groups of the spaCy document.

Each component owns one group, named after itself. A span's label is the :class:`Kind`; its evidence
(rule, score, place, entity) is kept beside the group, because spaCy's extension attributes are
shared by all spans over the same tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from spacy.tokens import Doc, Span

from pipeline.detection.page_text import PageText
from pipeline.dossier import Kind, Place

Doc.set_extension("page", default=None, force=True)
# Words as LAC cut them: (first token, one past the last, tag).
Doc.set_extension("words", default=(), force=True)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a span was written: the rule, how sure, where it stands, and whose mention it is."""

    rule: str
    score: float
    place: Place | None
    entity: str = field(repr=False)


def page_of(doc: Doc) -> PageText:
    """Return the page that a document was built from."""
    return cast(PageText, doc._.page)


def add(
    doc: Doc,
    group: str,
    start: int,
    end: int,
    kind: Kind,
    rule: str,
    score: float,
    *,
    place: Place | None = None,
    entity: str = "",
) -> None:
    """Write tokens ``[start, end)`` into a span group as a finding of a kind."""
    if end <= start:
        return
    span = Span(doc, start, end, label=kind.value)
    if group not in doc.spans:
        doc.spans[group] = []
    doc.spans[group].append(span)
    doc.user_data.setdefault(
        _key(group, start, end, kind.value), Evidence(rule, score, place, entity)
    )


def _key(group: str, start: int, end: int, label: str) -> str:
    return f"mangping:{group}:{start}:{end}:{label}"


def evidence_of(doc: Doc, group: str, span: Span) -> Evidence:
    """Return why a span stands in a group."""
    found = doc.user_data[_key(group, span.start, span.end, span.label_)]
    return cast(Evidence, found)


def text_of(doc: Doc, start: int, end: int) -> str:
    """Return the characters of tokens ``[start, end)`` without spaces."""
    return "".join(page_of(doc).texts[start:end])


def spaced_text(doc: Doc, start: int, end: int) -> tuple[str, list[int]]:
    """Return tokens ``[start, end)`` with their spaces, and the token of each character.

    Between Latin letters a gap counts as a space too, for recognition loses spaces.
    """
    page = page_of(doc)
    parts: list[str] = []
    tokens: list[int] = []
    for i, token in enumerate(doc[start:end], start):
        single = page.texts[i]
        parts.append(single)
        tokens.append(i)
        if token.whitespace_ or (single.isascii() and page.gap_after(i) > 0.28):
            parts.append(" ")
            tokens.append(i)
    return "".join(parts), tokens


def covered(doc: Doc, groups: tuple[str, ...]) -> set[int]:
    """Return the tokens that spans of the groups already hold."""
    return {
        i
        for group in groups
        if group in doc.spans
        for s in doc.spans[group]
        for i in range(s.start, s.end)
    }
