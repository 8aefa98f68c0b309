"""The sums that a vendor's sheet must satisfy, each with the printed rounding as its tolerance.

CNKI: total = repeated / all characters; largest single source likewise; front + back = repeated; the
total is at least each reduced ratio. Wanfang: total - references = total without references, and the
same for the author's own papers. VIP: total = rewritten + cited + self-cited; own = 100 - total.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.similarity.vendor_reports.nouns import Vendor, VendorReport

# A percentage is printed with one decimal, rounded or cut off; two decimals at Wanfang and VIP.
_CNKI_SLACK, _SLACK = 0.11, 0.021
# A sheet may print a ratio of whole per cents.
_WHOLE = 0.51

Sum = tuple[tuple[str, ...], str]


def broken_sums(report: VendorReport) -> Iterator[Sum]:
    """Yield each sum that does not hold: the labels it is made of, and a Chinese sentence."""
    yield from _cnki(report)
    if report.vendor is Vendor.WANFANG:
        yield from _wanfang(report)
    if report.vendor is Vendor.VIP:
        yield from _vip(report)
    for label, value in report.ratios.items():
        if value > 100:
            yield (label,), f"{label}为 {value}%，超过 100%"


def _cnki(report: VendorReport) -> Iterator[Sum]:
    ratios, counts = report.ratios, report.counts
    all_of_it = next((k for k in ("总字数", "总字符数") if counts.get(k)), "")
    whole = counts.get(all_of_it)
    for ratio, part in (("总文字复制比", "重复字数"), ("单篇最大文字复制比", "单篇最大重复字数")):
        if whole and ratio in ratios and part in counts:
            wanted = 100 * counts[part] / whole
            if abs(wanted - ratios[ratio]) > _slack(ratios[ratio]):
                yield (
                    (ratio, part, all_of_it),
                    (
                        f"{ratio} {ratios[ratio]}% 与 {part} {counts[part]} ÷ {all_of_it} {whole} = {wanted:.1f}% 不符"
                    ),
                )
    front, back, repeated = (counts.get(k) for k in ("前部重合字数", "后部重合字数", "重复字数"))
    if front is not None and back is not None and repeated is not None and front + back != repeated:
        yield (
            ("前部重合字数", "后部重合字数", "重复字数"),
            (f"前部 {front} + 后部 {back} = {front + back}，与重复字数 {repeated} 不符"),
        )
    yield from _not_more(report, "ratios", "总文字复制比", ("去除引用文献复制比", "去除本人已发表文献复制比", "去除本人文献复制比", "单篇最大文字复制比"))  # fmt: skip
    yield from _not_more(report, "counts", "重复字数", ("单篇最大重复字数", "疑似段落最大重合字数", "疑似段落最小重合字数"))  # fmt: skip
    yield from _not_more(report, "counts", "疑似段落最大重合字数", ("疑似段落最小重合字数",))
    yield from _not_more(report, "counts", "总段落数", ("疑似段落数",))
    yield from _not_more(report, "counts", "总字数", ("重复字数",))


def _wanfang(report: VendorReport) -> Iterator[Sum]:
    for part, rest in (
        ("参考文献相似比", "辅助排除参考文献相似比"),
        ("可能引用本人已发表论文相似比", "辅助排除本人已发表论文相似比"),
    ):
        yield from _adds_up(report, "总相似比", (part, rest))
    yield from _not_more(report, "ratios", "总相似比", ("单篇最大相似比", "参考文献相似比"))


def _vip(report: VendorReport) -> Iterator[Sum]:
    total = next((name for name in ("全文总相似比", "总相似比") if name in report.ratios), "")
    yield from _adds_up(report, total, ("复写率", "他引率", "自引率"))
    if total and "自写率" in report.ratios:
        own, all_of_it = report.ratios["自写率"], report.ratios[total]
        if abs(own + all_of_it - 100) > 2 * _SLACK:
            yield ("自写率", total), f"自写率 {own}% + {total} {all_of_it}% 不等于 100%"


def _adds_up(report: VendorReport, whole: str, parts: Sequence[str]) -> Iterator[Sum]:
    ratios = report.ratios
    if whole in ratios and all(part in ratios for part in parts):
        total = sum(ratios[part] for part in parts)
        if abs(total - ratios[whole]) > _SLACK * (len(parts) + 1) / 2:
            words = " + ".join(f"{part} {ratios[part]}%" for part in parts)
            yield (whole, *parts), f"{words} = {total:.2f}%，与{whole} {ratios[whole]}% 不符"


def _not_more(report: VendorReport, of: str, whole: str, parts: Sequence[str]) -> Iterator[Sum]:
    values: dict[str, float] = getattr(report, of)
    for part in parts:
        if whole in values and part in values and values[part] > values[whole]:
            yield (whole, part), f"{part} {values[part]} 大于{whole} {values[whole]}"


def _slack(printed: float) -> float:
    return _WHOLE if printed == int(printed) and printed else _CNKI_SLACK
