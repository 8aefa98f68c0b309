"""What people call the kinds of attachments; codes are what dossier.json and the database know."""

from __future__ import annotations

_OTHER = "其他材料"
#: Those that a form offers, by code.
OFFERED = {
    "other": _OTHER,
    "degree": "学历学位证书",
    "teacher_certificate": "教师资格证",
    "appointment": "聘书、任职文件",
    "assessment": "年度考核表",
    "honour": "荣誉证书",
    "paper": "论文",
    "book": "著作",
    "similarity_report": "查重报告",
    "lesson_plan": "教学设计",
    "observation": "听课记录",
    "summary": "工作总结",
}
#: What programs send besides.
_SENT = {"publication": "论著", "teaching_design": "教学设计"}


def kind_name(code: str) -> str:
    """Return what people call a kind of attachment, any unknown one too."""
    return OFFERED.get(code) or _SENT.get(code, _OTHER)


def is_kind(code: str) -> bool:
    """Whether a code is a kind of attachment that is known."""
    return code in OFFERED or code in _SENT


def offered_with(code: str) -> dict[str, str]:
    """Return what a form offers for an attachment of a kind: its own name is among them."""
    own = kind_name(code)
    return OFFERED if own in OFFERED.values() else {**OFFERED, code: own}
