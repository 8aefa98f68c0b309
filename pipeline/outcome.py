"""How a file ended: what the command prints, the case keeps and the report shows."""

from __future__ import annotations

import re
import traceback
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from pipeline.dossier import Action, Applicant, Decision, Doubt, Noun, VerdictKind
from pipeline.errors import MangpingError
from pipeline.findings_file import DoubtEntry
from pipeline.reading.lines import PageReading

# Below this the reader tossed a coin about which way is up.
_SURE_OF_TURN = 0.6
_LINES_TO_TELL = 3
# OCR slips contradict a line of a true layer now and then; a lying layer is contradicted all over.
_LYING_SHARE = 0.25
# A mask over these does not hide all that a picture may tell.
_MORE_MAY_SHOW = {("faces", "head"), ("faces", "picture"), ("pictures", "unread")}


OWN_COPY_NAMES = {
    "pass": "通过",
    "leak": "有没隐去的信息，须退回",
    "differs": "与原件不一致，须退回",
    "person": "需人工查看",
    "error": "无法比对",
}

PUBLICATION_NAMES = {
    "accept": "符合要求",
    "return": "退回",
    "person": "需人工查看",
    "error": "无法审查",
}


class InternalError(MangpingError):
    """The program itself failed; the sentence names the place in the code, never a text."""

    code = "internal"
    sentence = (
        "处理“{subject}”时程序内部出错（{kind}，{place}），没有留下结果；"
        "请把这句话告诉维护人员，其他文件不受影响。"
    )


class ErrorEntry(Noun):
    """An error as JSON."""

    error_class: str = Field(alias="class", serialization_alias="class")
    code: str
    message: str

    @classmethod
    def of(cls, error: MangpingError, applicant: Applicant | None = None) -> ErrorEntry:
        """Describe an error; what names the applicant is taken out of its sentence."""
        entry = error.as_json()
        if applicant is not None:
            entry["message"] = safe_name(entry["message"], applicant)
        return cls.model_validate(entry)


class OwnPlace(Noun):
    """Where something stands in the applicant's own masked copy.

    Attributes:
        message: Which of the messages tells of it, from 0.
        page: Page of that copy, from 1.
        corners: Fractions of that page as it is stored.
        leak: Whether it is not hidden; otherwise it is not the original's.
        original: The same place on the original: fractions of its upright page.
        original_page: Page of the original, from 1.
    """

    message: int
    page: int
    corners: tuple[tuple[float, float], ...]
    leak: bool
    original: tuple[tuple[float, float], ...] | None = None
    original_page: int | None = None


class OwnCopy(Noun):
    """How the applicant's own masked copy of a file compared with its original.

    Attributes:
        verdict: ``pass``, ``leak``, ``differs``, ``person``, or ``error`` when it was refused.
        rules: Broken rules.
        leaks: How many places or strings are not hidden.
        differences: How many places are not the original's.
        messages: What was found, in Chinese; no text of the page.
        places: Where what the messages tell of stands.
        turns: Of each page, the quarter turns clockwise that make it stand as the original does.
        report: Where the pictures are, inside the case.
        error: Why it was not compared.
    """

    verdict: Literal["pass", "leak", "differs", "person", "error"]
    rules: tuple[str, ...] = ()
    leaks: int = 0
    differences: int = 0
    messages: tuple[str, ...] = ()
    places: tuple[OwnPlace, ...] = ()
    turns: tuple[int, ...] = ()
    report: str | None = None
    error: ErrorEntry | None = None


class RuleEntry(Noun):
    """One thing that a rule says about a publication, for people; no text of the page.

    Attributes:
        rule: Id of the notice's rule.
        effect: ``return``, ``person`` or ``advise``.
        code: Stable name of the cause.
        reason: One Chinese sentence.
        attachment: Whose page it is: the publication's own id, or its report's.
        page: From 1; None for the whole.
        crop: Where the picture of the evidence is, inside the case; it shows the original.
    """

    rule: str
    effect: Literal["return", "person", "advise"]
    code: str
    reason: str
    attachment: str
    page: int | None = None
    crop: str | None = None


class Publication(Noun):
    """What the rules say of a paper, a book, or a similarity report that belongs to none.

    Attributes:
        verdict: ``accept``, ``return``, ``person``, or ``error`` when it was not examined.
        kind: What it is, as the examination says.
        rules: Broken rules.
        findings: Why.
        reports: Ids of the similarity reports that were judged with it.
        error: Why it was not examined.
    """

    verdict: Literal["accept", "return", "person", "error"]
    kind: str = "unknown"
    rules: tuple[str, ...] = ()
    findings: tuple[RuleEntry, ...] = ()
    reports: tuple[str, ...] = ()
    error: ErrorEntry | None = None


class RatioEntry(Noun):
    """A figure as two whole numbers of characters."""

    numerator: int
    denominator: int


class Similarity(Noun):
    """What an attachment's text has in common with others; evidence that decides nothing.

    Attributes:
        ratios: The figures by name, see docs/similarity.md.
        sources: Number of sources that count.
        listed: Number of all sources, those that do not count included.
        snapshot: State of the corpus, None without one.
        report: Where the report without authors and units is, inside the case; None where the
            applicant's unit is not known and cannot be hidden.
        private_report: Where the full one is.
        error: Why it was not compared.
    """

    ratios: dict[str, RatioEntry] = Field(default_factory=dict)
    sources: int = 0
    listed: int = 0
    snapshot: str | None = None
    report: str | None = None
    private_report: str | None = None
    error: ErrorEntry | None = None


class FileResult(Noun):
    """How one file ended.

    Attributes:
        id: The attachment's id.
        file: Its name, with what names the applicant taken out.
        kind: Kind of attachment.
        verdict: ``clean``, ``person`` or ``error``.
        pages: Number of pages.
        masks: Masks by kind.
        seconds: By stage; what was reused cost nothing.
        doubts: Why a person must look.
        notes: What is worth knowing and needs nobody.
        error: Why there is no copy.
        sha256: Of the source.
        copy_sha256: Of the masked copy.
        copy_size: Of the masked copy, in bytes.
        reused: Whether all of it stood already.
        own_copy: What became of the applicant's own masked copy, if there is one.
        publication: What the rules say of it, if it is a paper or a book.
        similarity: What its text has in common with others, if it was compared.
    """

    id: str
    file: str
    kind: str = "other"
    verdict: VerdictKind
    pages: int = 0
    masks: dict[str, int] = Field(default_factory=dict)
    seconds: dict[str, float] = Field(default_factory=dict)
    doubts: tuple[DoubtEntry, ...] = ()
    notes: tuple[DoubtEntry, ...] = ()
    error: ErrorEntry | None = None
    sha256: str = ""
    copy_sha256: str = ""
    copy_size: int = 0
    reused: bool = False
    own_copy: OwnCopy | None = None
    publication: Publication | None = None
    similarity: Similarity | None = None


def exit_code(
    results: Sequence[FileResult], refused: Sequence[MangpingError] = ()
) -> Literal[0, 2, 3]:
    """Return the command's exit code: 2 beats 3 beats 0."""
    verdicts = {result.verdict for result in results}
    own = {result.own_copy.verdict for result in results if result.own_copy}
    published = {result.publication.verdict for result in results if result.publication}
    compared = all(r.similarity is None or r.similarity.error is None for r in results)
    if refused or VerdictKind.ERROR in verdicts or "error" in own | published or not compared:
        return 2
    return 3 if VerdictKind.PERSON in verdicts or own - {"pass"} or published - {"accept"} else 0


def as_mangping_error(error: Exception, subject: str) -> MangpingError:
    """Return an error that may be shown: unforeseen ones become :class:`InternalError`."""
    if isinstance(error, MangpingError):
        return error
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return InternalError(subject, kind=type(error).__name__, place=place)


def reading_doubts(readings: Sequence[PageReading]) -> list[Doubt]:
    """Return why a person must look at how pages were read."""
    doubts = []
    for reading in readings:
        page, layer = reading.frame.page, reading.layer
        if len(reading.lines) >= _LINES_TO_TELL and reading.turn_confidence < _SURE_OF_TURN:
            message = "这一页哪边朝上没有把握，请核对副本是否正立，必要时转正原件后重做。"
            doubts.append(Doubt(code="turn-unsure", message=message, page=page))
        if layer.contradicted > _LYING_SHARE * (layer.trusted + layer.contradicted):
            message = "这一页的文字层与画面不一致，文字层未被采用，请核对原件是否被改动过。"
            doubts.append(Doubt(code="layer-contradicts", message=message, page=page))
    return doubts


def reading_notes(readings: Sequence[PageReading]) -> list[Doubt]:
    """Return what is worth knowing about how pages were read."""
    message = "这一页有看不见的文字层，未被采用，也没有带进副本。"
    return [
        Doubt(code="layer-hidden", message=message, page=reading.frame.page)
        for reading in readings
        if reading.layer.hidden
    ]


def finding_doubts(decisions: Sequence[Decision]) -> list[Doubt]:
    """Return a doubt for every finding that a person must confirm.

    What was hidden by its place because it could not be read is hidden: whether something is left
    beside it is for verification to see, and :func:`finding_notes` tells of it.
    """
    return [
        Doubt(
            code="finding-doubtful",
            message=f"{decision.finding.reason.rstrip('。')}；没有十足把握，请对照原件核对。",
            page=decision.finding.page,
            polygon=decision.finding.polygon,
        )
        for decision in decisions
        if decision.finding.doubtful and not _hidden_by_place(decision)
    ]


def finding_notes(decisions: Sequence[Decision]) -> list[Doubt]:
    """Return a note for every place that was hidden although nobody could read it."""
    message = "这里的字迹没有读清，已按位置遮盖，需要时请对照原件核对。"
    return [
        Doubt(
            code="hidden-by-place",
            message=message,
            page=decision.finding.page,
            polygon=decision.finding.polygon,
        )
        for decision in decisions
        if decision.finding.doubtful and _hidden_by_place(decision)
    ]


def _hidden_by_place(decision: Decision) -> bool:
    """Whether a finding is hidden, and not one of pictures in which more may be seen."""
    finding = decision.finding
    more = (finding.recogniser, finding.rule) in _MORE_MAY_SHOW
    return decision.action is Action.MASK and not more


def file_name_doubt(name: str) -> Doubt:
    """Return the doubt about a copy whose file name names the applicant; ``name`` is a safe one."""
    message = f"副本的文件名中含有申报人的信息，请改名为“{name}”或别的名字后再外发。"
    return Doubt(code="file-name", message=message)


def safe_name(name: str, applicant: Applicant) -> str:
    """Return a file name or a sentence with the applicant's strings taken out.

    Spaces inside, letter case and full-width forms make no difference.
    """
    hidden = _without(name, applicant)
    if hidden != name:
        return hidden
    folded = unicodedata.normalize("NFKC", name)
    hidden = _without(folded, applicant)
    return name if hidden == folded else hidden


def _without(text: str, applicant: Applicant) -> str:
    words = {"name": "申报人", "unit": "申报单位", "id_number": "证号", "phone": "电话"}
    for field in ("id_number", "phone", "email", "unit", "name"):
        for string in sorted(getattr(applicant, field), key=len, reverse=True):
            letters = re.sub(r"[\s·]", "", unicodedata.normalize("NFKC", string))
            if len(letters) >= 2:
                pattern = r"[\s·_\-]*".join(re.escape(letter) for letter in letters)
                text = re.sub(pattern, words.get(field, "邮箱"), text, flags=re.IGNORECASE)
    return text
