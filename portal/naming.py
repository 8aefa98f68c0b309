"""What kind of attachment a file is, as far as its name tells."""

from __future__ import annotations

from pathlib import PurePosixPath

AUTO = "auto"
_OTHER = "other"
# The first that fits: a report on a paper's similarity is a report.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("similarity_report", ("查重", "检测报告", "相似性", "复制比")),
    ("teacher_certificate", ("教师资格", "教资")),
    ("degree", ("学历", "学位", "毕业证")),
    ("appointment", ("聘书", "聘任", "聘用", "任职", "聘约")),
    ("assessment", ("考核",)),
    ("observation", ("听课",)),
    ("lesson_plan", ("教学设计", "教案")),
    ("summary", ("总结", "述职")),
    ("book", ("著作", "专著", "教材", "编著")),
    ("paper", ("论文",)),
    ("honour", ("荣誉", "获奖", "奖状", "表彰", "先进")),
)


def kind_of_name(name: str) -> str:
    """Return the kind that a file's name tells, its folders after it; ``other`` when none does.

    A paper that won a prize is filed as a paper by its folder only where its own name says nothing.

    Args:
        name: Of the file, with or without folders.
    """
    path = PurePosixPath(name)
    for part in (path.name, *(folder.name for folder in path.parents)):
        for kind, words in _WORDS:
            if any(word in part for word in words):
                return kind
    return _OTHER
