"""The kinds of findings as people see them: a name, and a colour and a dash of their own."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.dossier import Kind
from pipeline.reports.dossier_report import KIND_NAMES


@dataclass(frozen=True, slots=True)
class ShownKind:
    """A kind and its Chinese name; its look is the style sheet's, by its code."""

    code: str
    name: str


KINDS = tuple(ShownKind(kind.value, KIND_NAMES[kind]) for kind in Kind)
NAMES = {kind.code: kind.name for kind in KINDS}

_RECOGNISERS = {
    "applicant": "申报人信息比对",
    "numbers": "号码规则",
    "labels": "栏目规则",
    "slots": "签名栏",
    "lines": "未识别字迹",
    "people": "人名规则",
    "units": "单位规则",
    "ner": "识别模型",
    "dossier": "全卷比对",
    "codes": "条码识别",
    "faces": "人像识别",
    "pictures": "照片识别",
    "seals": "印章识别",
    "keeps": "保留规则",
    "watermarks": "水印识别",
    "person": "人工",
}


def recogniser_name(code: str) -> str:
    """Return what people call a recogniser; an unknown one keeps its own name."""
    return _RECOGNISERS.get(code, code)
