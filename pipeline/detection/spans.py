"""How components write down what they found: span groups of the spaCy document.

Each component owns one group, named after itself. A span's label is the :class:`Kind`; its rule,
score and place ride along as extension attributes.
"""

from __future__ import annotations

from typing import cast

from spacy.tokens import Doc, Span

from pipeline.detection.page_text import PageText
from pipeline.dossier import Kind, Place

for _name, _default in (("rule", ""), ("score", 0.0), ("place", None), ("entity", "")):
    Span.set_extension(_name, default=_default, force=True)
Doc.set_extension("page", default=None, force=True)
# Words as LAC cut them: (first token, one past the last, tag).
Doc.set_extension("words", default=(), force=True)


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
    span._.rule, span._.score, span._.place, span._.entity = rule, score, place, entity
    if group not in doc.spans:
        doc.spans[group] = []
    doc.spans[group].append(span)


def text_of(doc: Doc, start: int, end: int) -> str:
    """Return the characters of tokens ``[start, end)`` without spaces."""
    return "".join(doc[i].text for i in range(start, end))


def covered(doc: Doc, groups: tuple[str, ...]) -> set[int]:
    """Return the tokens that spans of the groups already hold."""
    return {
        i
        for group in groups
        if group in doc.spans
        for s in doc.spans[group]
        for i in range(s.start, s.end)
    }
