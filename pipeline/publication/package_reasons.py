"""What each cause about a package does to its verdict, its rule, and its sentence."""

from __future__ import annotations

from pipeline.dossier import Noun
from pipeline.geometry import Polygon
from pipeline.publication.nouns import Effect, RuleFinding

_R, _P, _A = Effect.RETURN, Effect.PERSON, Effect.ADVISE

REASONS: dict[str, tuple[str, Effect, str]] = {
    # HN-PAPER-1: the parts
    "missing-cover": ("HN-PAPER-1", _R, "缺封面，请补上后重新上传。"),
    "missing-contents": ("HN-PAPER-1", _R, "缺目录页，请补上载有本文的目录后重新上传。"),
    "missing-serials": ("HN-PAPER-1", _R, "缺印有双刊号（CN和ISSN）的页，请补上版权页后重新上传。"),
    "missing-imprint": ("HN-PAPER-1", _R, "缺印有标准书号的版权页，请补上后重新上传。"),
    "missing-body": ("HN-PAPER-1", _R, "缺论文正文，请补上后重新上传。"),
    "two-papers": ("HN-PAPER-1", _R, "一个文件里有两篇论文；每篇论文（著作）须单独一个文件，请拆开上传。"),
    "two-journals": ("HN-PAPER-1", _P, "文件里出现两种期刊的封面，请人工查看是否合在了一起。"),
    "not-a-package": ("HN-PAPER-1", _P, "认不出这是论文还是著作，请人工查看。"),
    "not-in-contents": ("HN-PAPER-1", _P, "目录页上没有找到这篇论文，请人工核对目录与正文。"),
    # HN-PAPER-3: the book number
    "isbn-missing": ("HN-PAPER-3", _R, "版权页上没有标准书号（ISBN），不是正式出版的著作。"),
    "isbn-check": ("HN-PAPER-3", _R, "书号（ISBN）的校验位不对，不是有效的标准书号。"),
    "isbn-abroad": ("HN-PAPER-3", _R, "书号（ISBN）不是内地出版社的（978-7），不予认可。"),
    "isbn-differs": ("HN-PAPER-3", _P, "版权页与条码上的书号（ISBN）不同，请人工核实。"),
    # HN-PAPER-4: the authors
    "not-first": ("HN-PAPER-4", _R, "申报人不是第一作者；须本人独立撰写或为第一作者。"),
    "not-author": ("HN-PAPER-4", _R, "作者中没有申报人；须本人独立撰写或为第一作者。"),
    "author-unread": ("HN-PAPER-4", _P, "没有认出作者，请人工查看申报人是否为第一作者。"),
    "author-alike": ("HN-PAPER-4", _P, "作者姓名与申报人只差一个字，可能是误读，请人工查看。"),
    "authors-disagree": ("HN-PAPER-4", _P, "目录与正文的作者（或次序）不一致，请人工核实。"),
    # HN-PAPER-5
    "only-letter": ("HN-PAPER-5", _R, "只有用稿通知或录用证明，不予受理；请在论文发表后上传封面、目录、版权页和正文。"),
    "only-search": ("HN-PAPER-5", _R, "只有检索页或录用证明，没有刊物本身，不予受理；请上传封面、目录、版权页和正文。"),
    # HN-PAPER-6: the date
    "too-late": ("HN-PAPER-6", _R, "发表（出版）时间晚于截止日期{cutoff}，本次不予认可。"),
    "maybe-late": ("HN-PAPER-6", _P, "发表（出版）时间可能晚于截止日期{cutoff}，请人工核实。"),
    "before-post": ("HN-PAPER-6", _R, "发表（出版）时间早于任现职时间，不属于任现职以来的成果。"),
    "dates-disagree": ("HN-PAPER-6", _P, "{one}与{other}的年份或期号不一致，请人工核实。"),
    "date-unread": ("HN-PAPER-6", _P, "没有认出发表（出版）的年份，请人工查看。"),
    "old": ("HN-PAPER-6", _A, "发表（出版）已超过{years}年，仅作提示。"),
}  # fmt: skip


class Evidence(Noun):
    """Where a finding's evidence stands, and its words (private)."""

    page: int | None = None
    polygon: Polygon | None = None
    words: str = ""


_NOWHERE = Evidence()


def finding(
    code: str, evidence: Evidence = _NOWHERE, *, effect: Effect | None = None, **facts: object
) -> RuleFinding:
    """Make a finding of a cause; ``effect`` softens the usual one, ``facts`` fill the sentence."""
    rule, usual, sentence = REASONS[code]
    return RuleFinding(
        rule=rule,
        effect=effect or usual,
        code=code,
        reason=sentence.format(**facts),
        page=evidence.page,
        polygon=evidence.polygon,
        evidence=evidence.words,
    )
