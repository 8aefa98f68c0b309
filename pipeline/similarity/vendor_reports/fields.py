"""The fields of a vendor's report: label and value, wherever the sheet has put them.

Labels and kinds are those of the sheets that CNKI, Wanfang and VIP print. A value follows its label on
the row, stands under it in a table, or goes on in the next row where the label's column is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.geometry import Polygon
from pipeline.reading import PageReading
from pipeline.reading.sides import Row, Side, sides_of
from pipeline.similarity.vendor_reports.nouns import Place, Vendor, VendorReport

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
)
_RATIOS = (
    "跨语言检测结果", "去除引用文献复制比", "去除本人已发表文献复制比", "去除本人文献复制比", "单篇最大文字复制比", "引用文献复制比", "总文字复制比",
    "辅助排除参考文献相似比", "辅助排除本人已发表论文相似比", "可能引用本人已发表论文相似比", "可能自引相似比", "单篇最大相似比", "参考文献相似比",
    "全文总相似比", "典型片段总相似比", "总相似比", "总相似度", "自写率", "复写率", "他引率", "自引率", "引用率", "专业术语", "剩余相似比", "期刊相似度", "学位相似度", "网络相似度",
)  # fmt: skip
_COUNTS = (
    "单篇最大重复字数", "疑似段落最大重合字数", "疑似段落最小重合字数", "疑似段落数", "总段落数", "前部重合字数", "后部重合字数", "总重复字数", "重复字数", "总字符数", "总字数", "检测字符数",
    "检测字数", "总相似片段", "相似字数", "论文字数", "全文字数", "字符数", "期刊", "博硕", "外文", "综合", "自建库", "互联网",
)  # fmt: skip
_TEXTS = {
    "number": ("报告编号", "检测编号", "报告单编号", "№", "No", "NO", "N0", "N", "编号"),
    "title": ("检测文献", "送检文档", "文档名称", "文献名称", "检测文章", "论文名称", "论文标题", "文章标题", "论文题目", "论文题名", "文献题名", "检测论文", "送检论文", "题目", "题名", "篇名", "标题"),
    "author": ("论文作者", "作者名称", "作者姓名", "第一作者", "送检作者", "作者"),
    "unit": ("作者单位", "所属单位", "检测单位", "送检单位", "提交单位", "单位"),
    "date": ("检测时间", "检测日期", "报告时间", "提交时间", "送检时间"),
    "scope": ("检测范围", "比对范围", "比对库", "检测数据库", "对比库范围"),
    "": ("时间范围", "比对截止日期", "检测结果", "检测系统", "检测版本", "版本类型", "上传时间", "文件名", "指标", "表格", "脚注与尾注", "图例", "指导教师", "检测类型", "报告类型", "学号", "专业", "院系", "检测机构", "比对结果"),
}  # fmt: skip
_LABELS = {label: name for name, labels in _TEXTS.items() for label in labels}
_NUMBERED = {"№", "No", "NO", "N0", "N"}
# VIP counts the similar pieces by source; elsewhere these are everyday words.
_SOURCES = {"期刊", "博硕", "外文", "综合", "自建库", "互联网"}
_SAME = {"全文总相似比": "总相似比"}
# A report's number without a label that could be read: long, and of digits for the most part.
_BARE_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[A-Z]{0,4}\d{12,22}|[0-9a-f]{16})(?![0-9A-Za-z])")
_ANY = re.compile(
    "|".join(
        r"\s*".join(map(re.escape, label)) + (r"\s*[.:：]" if label in _NUMBERED else "")
        for label in sorted([*_LABELS, *_RATIOS, *_COUNTS], key=len, reverse=True)
    )
)
_RATIO = re.compile(r"^[\s:：\[【(=]*(\d{1,3}(?:\s*[.,·]\s*\d{1,2})?)\s*[%％]")
_COUNT = re.compile(r"^[\s:：\[【(]*(\d{1,3}(?:[,，]\d{3})+|\d{1,7})")
_DATE = re.compile(r"((?:19|20)\d\d)\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})")
_COLON = re.compile(r"^\s*[:：]\s*|^\s+")


@dataclass(slots=True)
class _Spot:
    """A label in a row, and what stands behind it up to the next label."""

    label: str
    tail: str = field(repr=False)
    row: Row
    index: int
    last: bool
    x: float


def read_report(readings: Sequence[PageReading]) -> VendorReport | None:
    """Read a report.

    Args:
        readings: Its pages, in order.

    Returns:
        None where nothing says that this is a similarity report.
    """
    sides = [side for reading in readings for side in sides_of(reading)]
    vendor = _vendor(sides)
    if vendor is None:
        return None
    report = _Fields(sides)
    report.take()
    return VendorReport(
        vendor=vendor,
        kind=_kind(sides),
        number=report.text("number"),
        title=report.text("title"),
        author=report.text("author"),
        unit=report.text("unit"),
        detected_at=report.day,
        scope=report.text("scope") or "",
        ratios=report.ratios,
        counts=report.counts,
        places=report.places,
        confidence=report.confidence,
        pages=len(readings),
    )


def _vendor(sides: Sequence[Side]) -> Vendor | None:
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


def _kind(sides: Sequence[Side]) -> str | None:
    text = "\n".join(side.text for side in sides[:1]).replace(" ", "")
    return next((kind for kind, words in _KINDS if words.search(text)), None)


class _Fields:
    """The fields as they are found, the first mention of each."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self._sides = sides
        self._texts: dict[str, str] = {}
        self.ratios: dict[str, float] = {}
        self.counts: dict[str, int] = {}
        self.places: dict[str, Place] = {}
        self.confidence: dict[str, float] = {}
        self.day: date | None = None

    def text(self, name: str) -> str | None:
        """Return a field of words, None where it is not printed."""
        return self._texts.get(name)

    def take(self) -> None:
        """Go through all rows."""
        for side in self._sides:
            for spot in _spots(side):
                if spot.label in _LABELS:
                    self._word(_LABELS[spot.label], spot, side)
                elif spot.label in _RATIOS:
                    self._ratio(spot, side)
                else:
                    self._count(spot, side)
        if "number" not in self._texts:
            self._bare_number()

    def _word(self, name: str, spot: _Spot, side: Side) -> None:
        if not name or name in self.places:
            return
        value = _COLON.sub("", spot.tail).strip()
        below = _below(spot, side)
        if not value and below is not None and not _ANY.search(below.text):
            value = below.text
        elif name in ("title", "scope") and spot.last:
            value += _going_on(spot, side)
        if name == "date":
            self._date(value, spot)
            return
        value = _clean(name, value)
        if value:
            self._texts[name] = value
            self._note(name, spot)

    def _bare_number(self) -> None:
        rows = self._sides[0].rows[:8] if self._sides else ()
        for row in rows:
            match = _BARE_NUMBER.search(row.text)
            if match:
                self._texts["number"] = match[0]
                self.places["number"] = Place(page=row.polygon.frame.page, polygon=row.polygon)
                self.confidence["number"] = row.confidence
                return

    def _date(self, value: str, spot: _Spot) -> None:
        match = _DATE.search(value)
        if match:
            try:
                self.day = date(*(int(part) for part in match.groups()))
            except ValueError:
                return
            self._note("date", spot)

    def _ratio(self, spot: _Spot, side: Side) -> None:
        value = self._value(_RATIO, spot, side)
        label = _SAME.get(spot.label, spot.label)
        if value is not None and label not in self.ratios:
            number = float(re.sub(r"\s", "", value).replace(",", ".").replace("·", "."))
            self.ratios[label] = number
            self._note(label, spot)

    def _count(self, spot: _Spot, side: Side) -> None:
        value = self._value(_COUNT, spot, side)
        if value is not None and spot.label not in self.counts:
            self.counts[spot.label] = int(re.sub(r"[,，]", "", value))
            self._note(spot.label, spot)

    def _value(self, form: re.Pattern[str], spot: _Spot, side: Side) -> str | None:
        match = form.search(spot.tail)
        if match:
            return match[1]
        if spot.tail.strip(" :：[]【】()（）"):
            return None
        return _under(form, spot, side)

    def _note(self, name: str, spot: _Spot) -> None:
        self.places[name] = Place(page=spot.row.polygon.frame.page, polygon=_from(spot))
        self.confidence[name] = spot.row.confidence


def _spots(side: Side) -> Iterable[_Spot]:
    for index, row in enumerate(side.rows):
        found = [m for m in _ANY.finditer(row.text) if _label_here(row.text, m)]
        for n, match in enumerate(found):
            end = found[n + 1].start() if n + 1 < len(found) else len(row.text)
            label = re.sub(r"[\s.:：]", "", match[0])
            x = _x_at(row, match.start())
            yield _Spot(label, row.text[match.end() : end], row, index, n + 1 == len(found), x)


def _label_here(text: str, match: re.Match[str]) -> bool:
    """Whether a match is a label: not the tail of another word, and followed as labels are."""
    label = re.sub(r"\s", "", match[0])
    before, after = text[: match.start()], text[match.end() :]
    if label in _SOURCES:
        return bool(re.match(r"\s*[:：]\s*\d", after))
    if label in _RATIOS or label in _COUNTS:
        return not re.search(r"[一-鿿]$", before) or bool(re.search(r"[(（\[【]$", before))
    if label.rstrip(".:：") in _NUMBERED:
        return not re.search(r"[A-Za-z]$", before)
    if re.search(r"[一-鿿]$", before):
        return False
    return bool(re.match(r"\s*[:：]|\s{2,}|$", after))


def _x_at(row: Row, index: int) -> float:
    """Return the left edge of the text at an index of the row's text, pixels of the upright page."""
    at = 0
    for line in row.lines:
        length = len(line.text) + 3
        if index < at + length:
            place = min(max(0, index - at), max(0, len(line.chars) - 1))
            return line.chars[place].polygon.bounds[0]
        at += length
    return row.polygon.bounds[0]


def _below(spot: _Spot, side: Side) -> Row | None:
    rows = side.rows[spot.index + 1 : spot.index + 2]
    return (
        rows[0] if rows and rows[0].y0 - spot.row.y1 < 1.6 * (spot.row.y1 - spot.row.y0) else None
    )


def _under(form: re.Pattern[str], spot: _Spot, side: Side) -> str | None:
    """Return the value that stands under a label in a table."""
    for row in side.rows[spot.index + 1 : spot.index + 3]:
        for line in row.lines:
            x0, _, x1, _ = line.polygon.bounds
            if x0 - 40 <= spot.x <= x1 + 40:
                match = form.search(line.text)
                if match and match.end() >= len(line.text.rstrip()) - 2:
                    return match[1]
    return None


def _going_on(spot: _Spot, side: Side) -> str:
    """Return the rest of a value that goes on in the next rows, indented past its label."""
    found = ""
    above = spot.row
    for row in side.rows[spot.index + 1 : spot.index + 4]:
        near = row.y0 - above.y1 < 0.9 * (above.y1 - above.y0)
        if not near or _ANY.search(row.text) or row.lines[0].polygon.bounds[0] < spot.x + 20:
            break
        found += row.text
        above = row
    return found


def _from(spot: _Spot) -> Polygon:
    _, y0, x1, y1 = spot.row.polygon.bounds
    right = x1
    if not spot.last:
        lines = [line.polygon.bounds for line in spot.row.lines]
        right = next((b[2] for b in lines if b[0] <= spot.x < b[2]), x1)
    return Polygon.from_bounds(spot.row.polygon.frame, min(spot.x, x1 - 1), y0, right, y1)


def _clean(name: str, value: str) -> str:
    value = re.split(r"\s{3,}", value.strip())[0] if name in ("author", "number", "unit") else value
    value = value.strip(" :：;；,，")
    if name == "number":
        match = re.search(r"[A-Za-z0-9][A-Za-z0-9_\-]{5,}", value.replace(" ", ""))
        return match[0] if match else ""
    if name in ("title", "author", "unit"):
        value = value.replace(" ", "")
    if name == "title":
        value = value.strip("《》")
    return value
