"""One Chinese sentence on why a passage is shown, and one on why it is counted or not."""

from __future__ import annotations

from pipeline.similarity.counting import Left, Ratio, Row, SourceShare, Standing
from pipeline.similarity.differences import Difference
from pipeline.similarity.direction import Order, date_words
from pipeline.similarity.nouns import Document, MatchKind

#: What a report says of itself, always.
ADVICE = "相似证据，由评审人判断；本报告不作出结论，也不据此退回任何材料。"

KIND_NAMES = {
    MatchKind.VERBATIM: "逐字",
    MatchKind.NEAR: "近似",
    MatchKind.REWORDED: "改写",
    MatchKind.QUOTED: "引用",
}
STANDING_NAMES = {
    Standing.COUNTED: "计入",
    Standing.OWN: "本人作品",
    Standing.LATER: "晚于本文，不计",
    Standing.EXEMPT: "法规课标政策，不计",
    Standing.ITSELF: "本文自身，不计",
}
RATIO_NAMES = {
    Ratio.TOTAL: "总文字复制比",
    Ratio.WITHOUT_QUOTES: "去除引用文献复制比",
    Ratio.WITHOUT_OWN: "去除本人已发表文献复制比",
    Ratio.SINGLE: "单篇最大文字复制比",
}
RULE = (
    "字数按字符计：汉字、字母、数字、标点各算一个，空白不算；参考文献表不计入分子和分母。"
    "同一个字不论与几个来源相同，只算一次。法规、课标、政策文件里有的字不计；"
    "晚于本文的文献不是本文的来源，不计；多个来源都有的短语不计。"
    "去除引用：再减去加了引号并注明出处的文字。去除本人：只计他人文献，并减去他人取自本人更早作品的文字。"
    "单篇最大：计入的文献里相同字数最多的一篇。"
)


def match_sentence(kind: MatchKind, found: Difference) -> str:
    """Say how a passage agrees with its source, with numbers."""
    length = found.same + found.changed + found.added
    share = round(100 * found.same / length) if length else 0
    apart = [
        f"{name} {size} 字"
        for name, size in (
            ("换了", found.changed),
            ("多出", found.added),
            ("少了", found.lacking),
        )
        if size
    ]
    changes = f"有 {found.places} 处不同（{'，'.join(apart)}）" if apart else "没有不同"
    if kind is MatchKind.QUOTED:
        return f"文中加了引号并注明出处，与来源{changes}，按引用处理。"
    if kind is MatchKind.REWORDED:
        return (
            f"句意相近而词句改动较多：按次序相同的字占 {share} %，{changes}；是否改写请对照判断。"
        )
    if not apart:
        return f"连续 {length} 字（不含标点）与来源逐字相同，最多差在标点、繁简或全半角。"
    return (
        f"{length} 字（不含标点）里有 {found.same} 字按次序相同（{share} %），"
        f"最长连续 {found.run} 字，{changes}。"
    )


def counting_sentence(row: Row, share: SourceShare) -> str:
    """Say whether a passage is counted, and why not."""
    if row.left is Left.REFERENCES:
        return "在参考文献表里，不计。"
    if row.left is Left.COMMON:
        return "多个来源都有的短语，是常用语，不计。"
    if row.left is Left.FROM_OWN:
        return "计入总文字复制比；申报人本人更早的作品里已有，去除本人时不计。"
    if share.standing is not Standing.COUNTED:
        return _STANDING_SENTENCES[share.standing]
    if row.passage.kind is MatchKind.QUOTED:
        return "计入总文字复制比，去除引用时不计。"
    return "计入。"


_STANDING_SENTENCES = {
    Standing.OWN: "申报人本人的作品：计入总文字复制比，去除本人时不计。",
    Standing.LATER: "这份文献晚于本文，不会是本文的来源，不计。",
    Standing.EXEMPT: "法规、课程标准或政策文件，列出而不计。",
    Standing.ITSELF: "就是本文，不计。",
}


def standing_sentence(share: SourceShare, document: Document) -> str:
    """Say how a source is treated and why, both dates included."""
    dates = f"来源 {date_words(share.document)}，本文 {date_words(document)}"
    if share.standing is Standing.EXEMPT:
        return _STANDING_SENTENCES[Standing.EXEMPT]
    if share.standing is Standing.LATER:
        return f"{dates}：来源晚于本文，不会是本文的来源，不计。"
    when = {
        Order.EARLIER: f"{dates}：来源在先。",
        Order.OPEN: f"{dates}：先后不能确定，按来源计入。",
    }.get(share.order, "")
    if share.standing is Standing.OWN:
        return f"{share.kinship.why}去除本人时不计。{when}"
    return f"{share.kinship.why}{when}"
