"""Why a person must look at a pair: a stable code and its Chinese sentence."""

from __future__ import annotations

from pipeline.verification.pair.nouns import PairDoubt

SENTENCES: dict[str, str] = {
    "likely-open": "这里可能有未遮盖的姓名或签名，没有十足把握，请对照原件核对。",
    "name-unsure": "这里读到与申报人信息相近的文字，没有十足把握，请核对。",
    "not-aligned": "打码件的这一页与原件对不齐，无法逐处比较，请人工对照。",
    "content-unread": "打码件中夹带的内容无法打开检查，请另存为不带附件的扫描件后重新上传。",
    "check-failed": "比对时出现意外错误，没有完成检查，请人工查看。",
    "page-unread": "打码件的这一页有墨迹却读不出任何文字，请人工查看。",
}


def pair_doubt(code: str, page: int | None = None) -> PairDoubt:
    """Make the doubt of a code."""
    return PairDoubt(code=code, message=SENTENCES[code], page=page)
