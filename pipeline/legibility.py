"""Whether a page was read well enough for its copy to be trusted, and what to do if it was not."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.detection.seals import RECOGNISER as SEALS
from pipeline.dossier import Decision, Doubt, Kind
from pipeline.geometry import Polygon
from pipeline.policy import ScanLimits
from pipeline.reading.lines import PageQuality, PageReading

# Of a line this much inside a seal, a face or a code belongs to that.
_INSIDE = 0.5


def shortfalls(quality: PageQuality, limits: ScanLimits) -> dict[str, str]:
    """Return what makes a page unsafe: the name of each measure and a Chinese clause on it."""
    found: dict[str, str] = {}
    read = quality.text_height > 0
    soft = quality.sharpness < limits.soft_sharpness
    lost = quality.uncovered > limits.uncovered
    if read and quality.text_height < limits.text_height:
        found["text_height"] = (
            f"字高只有 {quality.text_height:.0f} 像素（至少 {limits.text_height:.0f}）"
        )
    if read and quality.sharpness < limits.sharpness:
        found["sharpness"] = f"笔画边缘模糊（清晰度 {quality.sharpness:.2f}）"
    if read and quality.contrast < limits.contrast:
        found["contrast"] = f"字迹太淡（墨色与纸色只差 {quality.contrast:.0%}）"
    if quality.weak > limits.weak or ((soft or lost) and quality.weak > limits.soft_weak):
        found["weak"] = f"约 {quality.weak:.0%} 的字认不准"
        if soft and read:
            found.setdefault("sharpness", f"笔画边缘不够清楚（清晰度 {quality.sharpness:.2f}）")
    if lost and (not read or quality.weak > limits.soft_weak):
        found["uncovered"] = f"约 {quality.uncovered:.0%} 的字迹没有被认成文字"
    if abs(quality.slant) > limits.slant:
        found["slant"] = f"页面歪斜 {abs(quality.slant):.0f} 度"
    return found


def legibility_doubts(
    readings: Sequence[PageReading], decisions: Sequence[Decision], limits: ScanLimits
) -> list[Doubt]:
    """Return a doubt for each page that was not read surely, and for each with a watermark."""
    found: list[Doubt] = []
    cite = f"（规则 {limits.rule}：图片清晰、可辨认、无颠倒）" if limits.rule else ""
    for reading in readings:
        page = reading.frame.page
        clauses = shortfalls(reading.quality, limits)
        if clauses:
            message = (
                f"这一页不够清楚：{'；'.join(clauses.values())}。可能有没被认出的个人信息。"
                "请用 200 dpi 以上、摆正后重新扫描再处理；"
                f"无法重扫的，请逐字对照原件核对副本{cite}。"
            )
            found.append(
                Doubt(code="scan-quality", message=message, page=page, rule=limits.rule or None)
            )
        mark = _watermark(reading, decisions)
        if mark is not None or reading.quality.watermark:
            message = (
                "这一页有斜排的浅色底纹字（水印），可能写着单位名称；压在正文下面的部分无法可靠地隐去。"
                "请查看副本，或换用没有水印的原件重新扫描后再处理。"
            )
            found.append(Doubt(code="watermark", message=message, page=page, polygon=mark))
    return found


def _watermark(reading: PageReading, decisions: Sequence[Decision]) -> Polygon | None:
    """Return the place of a line that stands aslant and belongs to no seal, face or code."""
    others = [
        d.finding.polygon.to(reading.frame).bounds
        for d in decisions
        if d.finding.page == reading.frame.page
        and (d.finding.recogniser == SEALS or d.finding.kind in (Kind.SEAL, Kind.FACE, Kind.CODE))
    ]
    for index in reading.quality.aslant:
        polygon = reading.lines[index].polygon
        x0, y0, x1, y1 = polygon.bounds
        area = max(1.0, (x1 - x0) * (y1 - y0))
        shares = (
            max(0.0, min(x1, c) - max(x0, a)) * max(0.0, min(y1, d) - max(y0, b)) / area
            for a, b, c, d in others
        )
        if max(shares, default=0.0) < _INSIDE:
            return polygon
    return None
