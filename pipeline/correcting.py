"""What people decide about a dossier's masks, put onto the machine's decisions.

Pure: decisions and corrections in, decisions out, for all files of a dossier together, because a
label is the same throughout it. The copy is then built and verified from them like any other
(:func:`pipeline.file_finishing.finish_file`), from the pixels of the source and from readings that
were kept, so nothing is read twice but the copy.

A correction names a place of the stored page, not a number: it finds its place again when the
machine has looked at the file anew. Whatever cannot be found again stays masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from pydantic import Field

from pipeline.dossier import BY_PERSON, Action, Applicant, Decision, Doubt, Finding, Kind, Noun
from pipeline.errors import MangpingError
from pipeline.geometry import Frame, Polygon
from pipeline.known_strings import find_everywhere
from pipeline.policy import Policy
from pipeline.reading.lines import PageReading
from pipeline.verification.needles import applicant_strings
from pipeline.verification.search import Wanted, plain_text_leaks

_SHOWN_REASON = "人工决定：这一处不遮盖"
_MASKED_REASON = "人工决定：这一处遮盖"
_OWN_KINDS = (Kind.APPLICANT_NAME, Kind.APPLICANT_UNIT)
# Of the area that two boxes cover together: what is drawn at the same place is the same place.
_SAME_PLACE = 0.5


class CorrectionLostError(MangpingError):
    """A correction is on a page that the file does not have."""

    code = "correction-lost"
    sentence = "“{subject}”的一项人工更正所在的页不存在，请重新核对该附件后再更正。"


class CorrectionKind(StrEnum):
    """What a correction does."""

    REJECT = "reject"
    CHANGE_KIND = "change-kind"
    DRAW = "draw"
    MASK_STRING = "mask-string"


class Correction(Noun):
    """One correction of a person.

    Attributes:
        number: Grows with time; part of the ids of the findings it adds.
        kind: What it does.
        file: Id of the file; None for the whole dossier, as ``mask-string`` is.
        page: From 1; None for the whole dossier.
        polygon: Corners in pixels of the stored page: of the finding, or as drawn.
        found: The kind of the finding it is about.
        wanted: The kind it shall have.
        text: The string to mask. Private.
    """

    number: int
    kind: CorrectionKind
    file: str | None = None
    page: int | None = None
    polygon: tuple[tuple[float, float], ...] = ()
    found: Kind | None = None
    wanted: Kind | None = None
    text: str = Field(default="", repr=False)


def correct(
    decisions: Mapping[str, Sequence[Decision]],
    readings: Mapping[str, Sequence[PageReading]],
    corrections: Iterable[Correction],
    policy: Policy,
) -> dict[str, tuple[Decision, ...]]:
    """Put corrections onto the decisions of a whole dossier.

    Args:
        decisions: The machine's, by file id.
        readings: The pages of every file, in order, by file id.
        corrections: What people decided; they are carried out in the order of their numbers, so a
            later one may be about what an earlier one added.
        policy: Gives the labels and says which kinds are masked.

    Returns:
        Decisions by file id. What the machine decided and nobody touched is as it was, its labels
        too; what people decided is marked with ``by_person``.

    Raises:
        CorrectionLostError: One is on a page that the file does not have.
    """
    given = {file: list(own) for file, own in decisions.items()}
    labels = _Labels((d for own in given.values() for d in own), policy)
    for correction in sorted(corrections, key=lambda one: one.number):
        if correction.kind is CorrectionKind.MASK_STRING:
            for file, own in given.items():
                own += _masked_string(correction, own, readings[file], labels)
        elif correction.file in given:
            _place(correction, given[correction.file], readings[correction.file], labels, policy)
    return {file: tuple(own) for file, own in given.items()}


def finds_its_page(correction: Correction, files: Mapping[str, Sequence[PageReading]]) -> bool:
    """Whether a correction is for the whole dossier, or the page it names is there."""
    if correction.file is None:
        return True
    return 1 <= (correction.page or 0) <= len(files.get(correction.file, ()))


def hidden_strings(corrections: Iterable[Correction]) -> tuple[str, ...]:
    """Return the strings that people want masked in the whole dossier."""
    everywhere = (c.text for c in corrections if c.kind is CorrectionKind.MASK_STRING)
    return tuple(dict.fromkeys(everywhere))


def shown_doubts(decisions: Iterable[Decision], applicant: Applicant) -> list[Doubt]:
    """Return a doubt for each place where a person's decision shows something of the applicant's.

    Reading the copy again may miss it; this does not. Somebody has to confirm each.
    """
    wanted, strings = Wanted.of(applicant), applicant_strings(applicant)
    message = "按人工决定，这里没有遮盖，而内容是申报人自己的信息；请再次核对，确认后才能发布。"
    return [
        Doubt(
            code="own-string-shown",
            message=message,
            page=decision.finding.page,
            polygon=decision.finding.polygon,
        )
        for decision in decisions
        if decision.by_person
        and decision.action is Action.KEEP
        and (
            decision.finding.kind in _OWN_KINDS
            or decision.finding.entity.startswith("applicant")
            or decision.finding.rule == "applicant"
            or plain_text_leaks(decision.finding.text, wanted, strings)
        )
    ]


class _Labels:
    """The labels of a dossier: those that stand, and new ones after them."""

    def __init__(self, decisions: Iterable[Decision], policy: Policy) -> None:
        self._policy = policy
        self._known: dict[tuple[Kind, str], str] = {}
        self._last: dict[Kind, int] = {}
        for decision in decisions:
            kind, key = decision.finding.kind, _identity(decision.finding)
            number = re.search(r"\d+", decision.label)
            if decision.action is Action.MASK and number and "{n}" in policy.labels.get(kind, ""):
                self._last[kind] = max(self._last.get(kind, 0), int(number[0]))
                if key:
                    self._known.setdefault((kind, key), decision.label)

    def of(self, finding: Finding) -> str:
        kind, word = finding.kind, self._policy.labels.get(finding.kind, "已隐去")
        key = _identity(finding)
        if "{n}" not in word or not key:
            return f"【{word.replace('{n}', '')}】"
        if (kind, key) not in self._known:
            self._last[kind] = self._last.get(kind, 0) + 1
            self._known[kind, key] = f"【{word.replace('{n}', str(self._last[kind]))}】"
        return self._known[kind, key]


def _identity(finding: Finding) -> str:
    """Whose mention it is; the kind before the colon may have been another one."""
    return finding.entity.rpartition(":")[2] or finding.text


def _place(
    correction: Correction,
    decisions: list[Decision],
    readings: Sequence[PageReading],
    labels: _Labels,
    policy: Policy,
) -> None:
    """Carry out a correction that is about one place."""
    page = correction.page or 0
    if not 1 <= page <= len(readings):
        raise CorrectionLostError(correction.file or "")
    frame = readings[page - 1].frame
    place = Polygon(frame.source, correction.polygon)
    at = None
    if correction.kind is not CorrectionKind.DRAW:
        at = _find(decisions, place, correction.found)
    if correction.kind is CorrectionKind.REJECT:
        if at is not None:
            decisions[at] = _shown(decisions[at])
        return
    kind = correction.wanted or correction.found or Kind.PERSON_NAME
    if at is None:
        if correction.kind is CorrectionKind.DRAW or policy.action(kind) is Action.MASK:
            decisions.append(_drawn(correction, kind, place, frame, labels))
        return
    changed = decisions[at].finding.model_copy(update={"kind": kind, "doubtful": False})
    if policy.action(kind) is Action.MASK:
        decisions[at] = _masked(changed, labels)
    else:
        # A person made it something that stays, whatever the machine knew of it.
        shown = _shown(decisions[at].model_copy(update={"finding": changed}))
        decisions[at] = shown


def _find(decisions: Sequence[Decision], place: Polygon, kind: Kind | None) -> int | None:
    """Return the index of the finding of a kind that stands at a place."""
    best, at = _SAME_PLACE, None
    for number, decision in enumerate(decisions):
        finding = decision.finding
        if finding.page != place.frame.page or (kind is not None and finding.kind is not kind):
            continue
        same = _overlap(finding.polygon.to(place.frame).bounds, place.bounds)
        if same > best:
            best, at = same, number
    return at


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Share of what two rectangles cover together that both cover."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(r[2] - r[0]) * (r[3] - r[1]) for r in (one, other)]
    return width * height / (sum(areas) - width * height)


def _shown(decision: Decision) -> Decision:
    finding = decision.finding.model_copy(update={"doubtful": False})
    return Decision(finding=finding, action=Action.KEEP, reason=_SHOWN_REASON, by_person=True)


def _masked(finding: Finding, labels: _Labels) -> Decision:
    return Decision(
        finding=finding,
        action=Action.MASK,
        label=labels.of(finding),
        reason=_MASKED_REASON,
        by_person=True,
    )


def _drawn(
    correction: Correction, kind: Kind, place: Polygon, frame: Frame, labels: _Labels
) -> Decision:
    x0, y0, x1, y1 = place.bounds
    source = frame.source
    inside = Polygon.from_bounds(
        source, max(0.0, x0), max(0.0, y0), min(x1, source.width), min(y1, source.height)
    )
    finding = Finding(
        id=f"p{frame.page}-h{correction.number}",
        page=frame.page,
        kind=kind,
        polygon=inside.to(frame),
        recogniser=BY_PERSON,
        rule="drawn",
        score=1.0,
        reason=_MASKED_REASON,
    )
    return _masked(finding, labels)


def _masked_string(
    correction: Correction,
    decisions: Sequence[Decision],
    readings: Sequence[PageReading],
    labels: _Labels,
) -> list[Decision]:
    """Return decisions that mask a string wherever a file has it and does not hide it yet."""
    kind = correction.wanted or Kind.PERSON_NAME
    key = re.sub(r"\s", "", correction.text)
    made: list[Decision] = []
    for reading in readings:
        page = reading.frame.page
        hidden = [
            d.finding for d in decisions if d.finding.page == page and d.action is Action.MASK
        ]
        for number, mention in enumerate(find_everywhere(correction.text, reading), start=1):
            line, start, end = mention.line, mention.start, mention.end
            if _covered(line, start, end, hidden):
                continue
            finding = Finding(
                id=f"p{page}-h{correction.number}-{number}",
                page=page,
                kind=kind,
                polygon=mention.polygon,
                entity=f"{kind}:{key}",
                recogniser=BY_PERSON,
                rule="string" if mention.exact else "string-near",
                score=1.0 if mention.exact else 0.8,
                reason=_MASKED_REASON,
                text="".join(c.text for c in reading.lines[line].chars[start:end]),
                line=line,
                start=start,
                end=end,
            )
            made.append(_masked(finding, labels))
    return made


def _covered(line: int, start: int, end: int, hidden: Sequence[Finding]) -> bool:
    taken = {i for f in hidden if f.line == line for i in range(f.start, f.end)}
    return set(range(start, end)) <= taken
