"""The words on vendors' sheets: who made them, of which kind, and the labels of their fields.

Labels and kinds are those of the sheets that CNKI, Wanfang and VIP print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.reading.sides import Row, Side, plain
from pipeline.similarity.vendor_reports.nouns import Vendor

_VENDOR_WORDS = (
    (Vendor.PAPERPASS, re.compile(r"paper\s*pass", re.I)),
    (
        Vendor.OTHER,
        re.compile(
            r"paper\s*(?:yy|free|bye|ask|time|red|ccb)|turnitin|大雅|格子达|学术家|超星", re.I
        ),
    ),
    (Vendor.VIP, re.compile(r"维普|VPCS|cqvip|全文总相似比|自写率|复写率", re.I)),
    (Vendor.WANFANG, re.compile(r"万方|wanfang|辅助排除(?:参考文献|本人)", re.I)),
    (
        Vendor.CNKI,
        re.compile(
            r"知网|CNKI|文本复制检测报告单|总文字复制比|去除引用文献复制比|学术不端文献检测", re.I
        ),
    ),
)
_KINDS = (
    ("personal", re.compile(r"cx\s*\.\s*cnki|个人(?:查重)?服务|个人版")),
    ("全文标明引文", re.compile(r"全文标明引文")),
    ("全文对照", re.compile(r"全文对照")),
    ("去除本人", re.compile(r"[(（【\[]\s*去除本人")),
    ("简洁", re.compile(r"[(（【\[]\s*简洁|简洁(?:版|报告)")),
    ("比对", re.compile(r"比对报告|[(（【\[]\s*比对")),
    ("详细", re.compile(r"详细(?:版|报告)|[(（【\[]\s*详细")),
    ("旗舰版", re.compile(r"旗舰版")),
    ("专业版", re.compile(r"专业版")),
    ("标准版", re.compile(r"标准版")),
)
#: Labels of per cents.
RATIOS = (
    "跨语言检测结果", "去除引用文献复制比", "去除本人已发表文献复制比", "去除本人文献复制比",
    "单篇最大文字复制比", "引用文献复制比", "总文字复制比", "辅助排除参考文献相似比",
    "辅助排除本人已发表论文相似比", "可能引用本人已发表论文相似比", "可能自引相似比",
    "单篇最大相似比", "参考文献相似比", "全文总相似比", "典型片段总相似比", "总相似比", "总相似度",
    "自写率", "复写率", "他引率", "自引率", "引用率", "专业术语", "剩余相似比", "期刊相似度",
    "学位相似度", "网络相似度",
)  # fmt: skip
#: Labels of counts.
COUNTS = (
    "单篇最大重复字数", "疑似段落最大重合字数", "疑似段落最小重合字数", "疑似段落数", "总段落数",
    "前部重合字数", "后部重合字数", "总重复字数", "重复字数", "总字符数", "总字数", "检测字符数",
    "检测字数", "总相似片段", "相似字数", "论文字数", "全文字数", "字符数", "期刊", "博硕", "外文",
    "综合", "自建库", "互联网",
)  # fmt: skip
_TEXTS = {
    "number": ("报告编号", "检测编号", "报告单编号", "№", "No", "NO", "N0", "N", "编号"),
    "title": (
        "检测文献", "送检文档", "文档名称", "文献名称", "检测文章", "论文名称", "论文标题",
        "文章标题", "论文题目", "论文题名", "文献题名", "检测论文", "送检论文", "题目", "题名",
        "篇名", "标题",
    ),
    "author": ("论文作者", "作者名称", "作者姓名", "第一作者", "送检作者", "作者"),
    "unit": ("作者单位", "所属单位", "检测单位", "送检单位", "提交单位", "单位"),
    "date": ("检测时间", "检测日期", "报告时间", "提交时间", "送检时间"),
    "scope": ("检测范围", "比对范围", "比对库", "检测数据库", "对比库范围"),
    "": (
        "时间范围", "比对截止日期", "检测结果", "检测系统", "检测版本", "版本类型", "上传时间",
        "文件名", "指标", "表格", "脚注与尾注", "图例", "指导教师", "检测类型", "报告类型", "学号",
        "专业", "院系", "检测机构", "比对结果",
    ),
}  # fmt: skip
#: The field that each other label names; empty for labels that are only told from values.
LABELS = {label: name for name, labels in _TEXTS.items() for label in labels}
_NUMBERED = {"№", "No", "NO", "N0", "N"}
# VIP counts the similar pieces by source; elsewhere these are everyday words.
_SOURCES = {"期刊", "博硕", "外文", "综合", "自建库", "互联网"}
#: Any of the labels.
ANY_LABEL = re.compile(
    "|".join(
        r"\s*".join(map(re.escape, label)) + (r"\s*[.:：]" if label in _NUMBERED else "")
        for label in sorted([*LABELS, *RATIOS, *COUNTS], key=len, reverse=True)
    )
)


@dataclass(slots=True)
class Spot:
    """A label in a row, and what stands behind it up to the next label.

    Attributes:
        label: Without blanks and colon.
        tail: What stands behind it.
        row: Its row.
        index: Of the row on its page.
        last: Whether no other label follows on the row.
        x: Its left edge, pixels of the upright page.
    """

    label: str
    tail: str = field(repr=False)
    row: Row
    index: int
    last: bool
    x: float


def vendor_of(sides: Sequence[Side]) -> Vendor | None:
    """Tell the vendor by the words of the first page, then by those of all pages."""
    texts = [sides[0].text if sides else "", "\n".join(side.text for side in sides)]
    for text in texts:
        if not re.search(r"检测|查重|相似|复制比", text):
            continue
        for vendor, words in _VENDOR_WORDS:
            if words.search(text.replace(" ", "")):
                return vendor
    reported = re.search(
        r"检测报告|查重报告|相似(?:性|度)?检测|论文检测", texts[1].replace(" ", "")
    )
    return Vendor.OTHER if reported else None


def kind_of(sides: Sequence[Side]) -> str | None:
    """Tell the kind of sheet by the words of the first page, such as ``简洁`` or ``personal``."""
    text = "\n".join(side.text for side in sides[:1]).replace(" ", "")
    return next((kind for kind, words in _KINDS if words.search(text)), None)


def spots_in(side: Side) -> Iterator[Spot]:
    """Yield the labels of a page, row by row and from left to right."""
    for index, row in enumerate(side.rows):
        found = [m for m in ANY_LABEL.finditer(row.text) if _label_here(row.text, m)]
        for n, match in enumerate(found):
            end = found[n + 1].start() if n + 1 < len(found) else len(row.text)
            label = re.sub(r"[\s.:：]", "", match[0])
            x = _x_at(row, match.start())
            yield Spot(label, row.text[match.end() : end], row, index, n + 1 == len(found), x)


def _label_here(text: str, match: re.Match[str]) -> bool:
    """Whether a match is a label: not the tail of another word, and followed as labels are."""
    label = re.sub(r"\s", "", match[0])
    before, after = text[: match.start()], text[match.end() :]
    if label in _SOURCES:
        return bool(re.match(r"\s*[:：]\s*\d", after))
    if label in RATIOS or label in COUNTS:
        return not re.search(r"[一-鿿]$", before) or bool(re.search(r"[(（\[【]$", before))
    if label.rstrip(".:：") in _NUMBERED:
        return not re.search(r"[A-Za-z]$", before)
    if re.search(r"[一-鿿]$", before):
        return False
    return bool(re.match(r"\s*[:：]|\s{2,}|$", after))


def _x_at(row: Row, index: int) -> float:
    """Return the left edge of what stands at an index of a row's text."""
    at = 0
    for line in row.lines:
        length = len(plain(line.text)) + 3
        if index < at + length:
            place = min(max(0, index - at), max(0, len(line.chars) - 1))
            return line.chars[place].polygon.bounds[0]
        at += length
    return row.polygon.bounds[0]
