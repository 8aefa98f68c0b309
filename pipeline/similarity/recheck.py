"""What is different between two results about one document, as a corpus grows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import UsageError
from pipeline.similarity.counting import Ratio
from pipeline.similarity.reasons import RATIO_NAMES
from pipeline.similarity.result_file import SimilarityFile


class EarlierResultError(UsageError):
    """The file of the earlier result is missing or is none."""

    code = "similarity-result"
    sentence = (
        "“{subject}”不是 mangping similarity check --json 写出的结果，无法比较；请换一个文件。"
    )


@dataclass(frozen=True, slots=True)
class Changes:
    """What became different.

    Attributes:
        before: Which result was compared with: its day and its snapshot.
        ratios: For each figure that changed, numerators and denominators before and after.
        new: Sources that were not there.
        gone: Sources that are there no more.
        changed: Sources with another number of shared characters, or treated otherwise.
        other_code: Whether another program made the earlier result.
        other_text: Whether the document's own text is another one.
        lines: The same in Chinese, for people; without titles or names.
    """

    before: str
    ratios: dict[str, tuple[tuple[int, int], tuple[int, int]]]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]
    other_code: bool
    other_text: bool
    lines: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return what the command prints beside the result."""
        return {
            "before": self.before,
            "ratios": {
                name: {
                    "before": {"numerator": old[0], "denominator": old[1]},
                    "after": {"numerator": new[0], "denominator": new[1]},
                }
                for name, (old, new) in self.ratios.items()
            },
            "new": list(self.new),
            "gone": list(self.gone),
            "changed": list(self.changed),
            "other_code": self.other_code,
            "other_text": self.other_text,
            "lines": list(self.lines),
        }


def load_result(path: Path) -> SimilarityFile:
    """Read an earlier result.

    Raises:
        EarlierResultError: It is missing or is none.
    """
    try:
        return SimilarityFile.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise EarlierResultError(path.name) from None


def changes(before: SimilarityFile, after: SimilarityFile) -> Changes:
    """Compare an earlier result with a new one."""
    old = {source.id: source for source in before.sources}
    new = {source.id: source for source in after.sources}
    ratios = {}
    for ratio in Ratio:
        was, now = before.ratios[ratio.value], after.ratios[ratio.value]
        pair = (was.numerator, was.denominator), (now.numerator, now.denominator)
        if pair[0] != pair[1]:
            ratios[ratio.value] = pair
    changed = tuple(
        name
        for name in new
        if name in old
        and (old[name].characters, old[name].standing) != (new[name].characters, new[name].standing)
    )
    found = Changes(
        before=f"{before.checked}（快照 {before.corpus.id if before.corpus else '无'}）",
        ratios=ratios,
        new=tuple(name for name in new if name not in old),
        gone=tuple(name for name in old if name not in new),
        changed=changed,
        other_code=(before.program, before.code) != (after.program, after.code),
        other_text=before.characters != after.characters,
        lines=(),
    )
    lines = _lines(found, before, after)
    return Changes(**{name: getattr(found, name) for name in _FIELDS}, lines=lines)


_FIELDS = ("before", "ratios", "new", "gone", "changed", "other_code", "other_text")


def _lines(found: Changes, before: SimilarityFile, after: SimilarityFile) -> tuple[str, ...]:
    lines = []
    for ratio in Ratio:
        if ratio.value in found.ratios:
            (a, b), (c, d) = found.ratios[ratio.value]
            lines.append(
                f"{RATIO_NAMES[ratio]}：{_percent(a, b)}（{a} ÷ {b}）→ "
                f"{_percent(c, d)}（{c} ÷ {d}）"
            )
    new = {source.id: source for source in after.sources}
    old = {source.id: source for source in before.sources}
    lines += [f"新增来源 {new[n].number}（{n}）：{new[n].characters} 字" for n in found.new]
    lines += [f"不再出现的来源（{n}）：原有 {old[n].characters} 字" for n in found.gone]
    lines += [
        f"来源 {new[n].number}（{n}）：{old[n].characters} 字 → {new[n].characters} 字"
        for n in found.changed
    ]
    if found.other_text:
        lines.append("两次检测的原文字数不同，请核对是否同一份文件。")
    if found.other_code:
        lines.append("两次检测的程序版本不同，变化也可能由此而来。")
    return tuple(lines or ["没有变化。"])


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "—"
