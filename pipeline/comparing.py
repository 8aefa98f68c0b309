"""The papers, summaries and teaching designs of a dossier, each compared with the corpus.

They are compared with each other too. The text is taken from the readings that masking needs: no
page is read twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.errors import MangpingError
from pipeline.jobs import FileReading
from pipeline.outcome import as_mangping_error
from pipeline.publication.nouns import Part, PublicationResult
from pipeline.publication.package import Package
from pipeline.reading import PageReading
from pipeline.similarity.corpus import Corpus
from pipeline.similarity.corpus.errors import EmptyTextError
from pipeline.similarity.examination import Examination, Text, examine
from pipeline.similarity.nouns import Author, Document, DocumentKind
from pipeline.similarity.pages import PageText, read_text
from pipeline.similarity.text import normalise

#: Kinds of attachment that are compared.
COMPARED = {
    "paper": DocumentKind.PAPER,
    "publication": DocumentKind.PAPER,
    "summary": DocumentKind.SUMMARY,
    "lesson_plan": DocumentKind.TEACHING_DESIGN,
    "teaching_design": DocumentKind.TEACHING_DESIGN,
}
#: What a package holds beside the paper's own pages; texts by others stand there.
_BESIDE = frozenset({Part.COVER, Part.CONTENTS, Part.SERIALS, Part.BACK, Part.LETTER, Part.SEARCH})


def paper_text(readings: Sequence[PageReading], parts: Sequence[Part] | None = None) -> PageText:
    """Take the text of a paper from its pages, without cover, contents, imprint and letters.

    Args:
        readings: All pages of the file.
        parts: What each page is, if that is known.
    """
    known = parts if parts is not None else Package(readings).parts
    own = [page for page, part in zip(readings, known, strict=True) if part not in _BESIDE]
    return read_text(own or readings)


def dossier_texts(
    files: Sequence[FileReading],
    examined: Mapping[str, PublicationResult],
    author: Author,
    case_id: str,
    *,
    review_round: str | None = None,
    handed_in: int | None = None,
) -> dict[str, Text]:
    """Return the texts of a dossier that are compared, by attachment.

    Args:
        files: The attachments that could be read.
        examined: What the rules say of those that are publications.
        author: The applicant.
        case_id: Opaque id of the dossier; a document's id is made of it and the attachment's.
        review_round: The round that the dossier was handed in for.
        handed_in: Year in which the dossier was handed in, for texts that were never published.
            Not the day: who was processed first in a round did not write first.
    """
    texts = {}
    for file in files:
        kind = COMPARED.get(file.job.kind)
        if kind is None:
            continue
        result = examined.get(file.job.id)
        if kind is DocumentKind.PAPER:
            pages = paper_text(file.readings, result.parts if result else None)
        else:
            pages = read_text(file.readings)
        published = result.year if result else None
        document = Document(
            id=f"{case_id}-{file.job.id}",
            title=result.title if result else None,
            authors=(author, *_others(result, author)),
            year=published or handed_in,
            source=f"评审轮次 {review_round}" if review_round else None,
            kind=kind,
            round=review_round,
        )
        texts[file.job.id] = Text(document, normalise(pages.raw), pages)
    return texts


def compare_dossier(
    texts: Mapping[str, Text], corpus: Corpus | None, names: Mapping[str, str]
) -> dict[str, Examination | MangpingError]:
    """Compare each text of a dossier with the corpus and with the dossier's other texts.

    Args:
        texts: By attachment.
        corpus: Earlier dossiers and reference texts, if there are any.
        names: What people call the attachments, for errors.

    Returns:
        By attachment, what was found, or what went wrong.
    """
    done: dict[str, Examination | MangpingError] = {}
    for key, text in texts.items():
        others = [other for name, other in texts.items() if name != key]
        try:
            done[key] = examine(text, others, corpus)
        except Exception as caught:
            done[key] = as_mangping_error(caught, names[key])
    return done


def remember(
    texts: Mapping[str, Text], corpus: Corpus, case_id: str, names: Mapping[str, str]
) -> dict[str, MangpingError]:
    """Put a dossier's texts into the corpus, in the place of those of an earlier run.

    A text keeps the year in which it was first handed in: that decides which of two is the source.

    Args:
        texts: By attachment.
        corpus: Where they go.
        case_id: Opaque id of the dossier.
        names: What people call the attachments, for errors.

    Returns:
        What could not be put there, by attachment. A text that is too short is none of it.
    """
    errors: dict[str, MangpingError] = {}
    wanted = {text.document.id for text in texts.values()}
    try:
        for document in corpus.documents():
            if document.id.startswith(f"{case_id}-") and document.id not in wanted:
                corpus.remove(document.id)
        for text in texts.values():
            with contextlib.suppress(EmptyTextError):
                _add(corpus, text)
    except Exception as caught:
        errors = {key: as_mangping_error(caught, names[key]) for key in texts}
    return errors


def _add(corpus: Corpus, text: Text) -> None:
    document = text.document
    before = corpus.find(document.id)
    if before is not None and document.year and before.year:
        document = replace(document, year=min(document.year, before.year))
    corpus.add(document, text.text.raw, text.pages)


def _others(result: PublicationResult | None, author: Author) -> tuple[Author, ...]:
    """Return the authors that are printed beside the applicant."""
    if result is None:
        return ()
    return tuple(Author(name=name) for name in result.authors if name != author.name)
