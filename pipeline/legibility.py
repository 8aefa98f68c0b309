"""Whether a page was read well enough for its copy to be trusted, and what to do if it was not."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.detection.watermarks import RECOGNISER as WATERMARKS
from pipeline.detection.watermarks import watermark_lines
from pipeline.dossier import Action, Decision, Doubt, Mask
from pipeline.policy import ScanLimits
from pipeline.reading.lines import PageQuality, PageReading

# Lines of so many characters are running text.
_RUNNING = 20


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
    crisp = quality.sharpness >= limits.crisp_sharpness
    crisp = crisp and quality.text_height >= limits.crisp_height and not lost
    most = limits.crisp_weak if crisp else limits.weak
    if quality.weak > most or ((soft or lost) and quality.weak > limits.soft_weak):
        found["weak"] = f"约 {quality.weak:.0%} 的字认不准"
        if soft and read:
            found.setdefault("sharpness", f"笔画边缘不够清楚（清晰度 {quality.sharpness:.2f}）")
    if lost and (not read or quality.weak > limits.soft_weak):
        found["uncovered"] = f"约 {quality.uncovered:.0%} 的字迹没有被认成文字"
    if abs(quality.slant) > limits.slant:
        found["slant"] = f"页面歪斜 {abs(quality.slant):.0f} 度"
    return found


def _scrawled(reading: PageReading, limits: ScanLimits) -> int:
    """How many characters stand on lines of running text that could hardly be read."""
    return sum(
        len(line.chars)
        for line in reading.lines
        if len(line.chars) >= _RUNNING and line.confidence < limits.scrawled
    )


def legibility_doubts(
    readings: Sequence[PageReading],
    decisions: Sequence[Decision],
    limits: ScanLimits,
    masks: Sequence[Mask] = (),
) -> list[Doubt]:
    """Return a doubt for each page that was not read surely, and for some with a watermark.

    A watermark that is cleared takes nothing from the page; one under black patches does.

    Args:
        readings: Of a file, in page order.
        decisions: On the file's findings.
        limits: What a page has to be like.
        masks: Of the file's copy.
    """
    found: list[Doubt] = []
    cite = f"（规则 {limits.rule}：图片清晰、可辨认、无颠倒）" if limits.rule else ""
    for reading in readings:
        page = reading.frame.page
        clauses = shortfalls(reading.quality, limits)
        scrawled = _scrawled(reading, limits)
        if scrawled >= limits.scrawled_chars:
            clauses["scrawled"] = f"手写的正文有约 {scrawled} 个字潦草难认"
        if clauses:
            message = (
                f"这一页不够清楚：{'；'.join(clauses.values())}。可能有没被认出的个人信息。"
                "请用 200 dpi 以上、摆正后重新扫描再处理；"
                f"无法重扫的，请逐字对照原件核对副本{cite}。"
            )
            found.append(
                Doubt(code="scan-quality", message=message, page=page, rule=limits.rule or None)
            )
        mark = next(watermark_lines(reading, [d.finding for d in decisions]), None)
        if mark is not None and not _all_cleared(page, decisions, masks):
            message = (
                "这一页有斜排的浅色底纹字（水印），可能写着单位名称；已按位置遮盖认出的部分，压在下面的正文也被遮住。"
                "请查看副本是否有遗漏，或换用没有水印的原件重新扫描后再处理。"
            )
            place = reading.lines[mark].polygon
            found.append(Doubt(code="watermark", message=message, page=page, polygon=place))
    return found


def watermark_notes(masks: Sequence[Mask]) -> list[Doubt]:
    """Return a note for each page from which watermarks were cleared."""
    first = {mask.page: mask for mask in reversed(masks) if mask.cleared}
    message = (
        "这一页斜排的浅色水印可能写着单位名称，已清除底纹，压在上面的正文保留；"
        "笔画如有缺损，请对照原件。"
    )
    return [
        Doubt(code="watermark-cleared", message=message, page=page, polygon=mask.polygon)
        for page, mask in sorted(first.items())
    ]


def _all_cleared(page: int, decisions: Sequence[Decision], masks: Sequence[Mask]) -> bool:
    marks = {
        d.finding.id
        for d in decisions
        if d.finding.recogniser == WATERMARKS and d.finding.page == page and d.action is Action.MASK
    }
    cleared = {finding for m in masks if m.cleared and m.page == page for finding in m.findings}
    return bool(marks) and marks <= cleared
