"""Prints the tally as Markdown tables, so that they can be read and pasted as they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from bench.pictures import CLASSES as PICTURES
from bench.pictures import PictureTally
from bench.records import STAGES
from bench.sampler import Sampler
from bench.seals import SealTally
from bench.tally import Count, Tally

_QUALITIES = ("clean", "scan", "photo", "fax", "digital")


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """One Markdown table under a heading; every column but the first is aligned right."""
    cells = [list(head), *[list(row) for row in rows]]
    widths = [max(_width(row[n]) for row in cells) for n in range(len(head))]
    lines = [_row(row, widths) for row in cells]
    rule = [("-" * w if n == 0 else "-" * (w - 1) + ":") for n, w in enumerate(widths)]
    lines.insert(1, _row(rule, widths))
    return "\n".join([f"### {title}", "", *lines, ""])


def report(tally: Tally, *, peak_mb: float, pages_bytes: int, verified: bool) -> str:
    """All tables of a run."""
    parts = [
        _must(tally, verified=verified),
        _leaks(tally),
        _seals(tally.seals),
        _pictures(tally.pictures),
        _by_quality(tally),
        _by_template(tally),
        _kept(tally),
        _time(tally, peak_mb),
        _sizes(tally, pages_bytes),
        _files(tally),
    ]
    return "\n".join(parts)


def must(tally: Tally, *, pages_bytes: int = 250_000) -> list[tuple[str, str, str, bool]]:
    """What must hold: what, measured, limit, whether it does."""
    everything, strict, stay = tally.groups["all"], tally.groups["strict"], tally.stay("quality")
    never, person = tally.groups["never"], tally.person_pages / max(1, tally.pages)
    scans = [g for kind, g in tally.worst_growth.items() if kind != "digital"]
    before = ("intake", "reading", "detection", "masking")
    left = sum(tally.left.values())
    carriers = sum(n for fault, n in tally.faults.items() if fault.startswith("carries"))
    digital = tally.worst_growth.get("digital", 0.0)
    without = tally.times_reading(*before)
    whole = tally.times_reading(*STAGES)
    reading = tally.per_page("reading")
    return [
        ("text items leaked", _share(everything), "≤ 0.3 %", everything.share <= 0.003),
        ("numbers, own name, own unit leaked", _share(strict), "≤ 0.5 %", strict.share <= 0.005),
        ("ID, phone, e-mail, code, face, own printed name leaked", _share(never), "0",
         never.leaked == 0),
        ("pages with any leak, not sent to a person", str(tally.unseen_pages), "0",
         tally.unseen_pages == 0),
        ("pages sent to a person", _part(tally.person_pages, tally.pages), "≤ 8 %", person <= 0.08),
        ("must-stay text kept", f"{stay.share:.2%} of {stay.chars}", "≥ 98 %", stay.share >= 0.98),
        *_seals_must(tally.seals),
        *_pictures_must(tally.pictures),
        ("items in layer, metadata, bytes", str(left), "0", left == 0),
        ("files with forbidden PDF parts", str(carriers), "0", carriers == 0),
        ("time before verification ÷ reading", f"{without:.2f}", "≤ 1.35", without <= 1.35),
        ("time with verification ÷ reading", f"{whole:.2f}", "≤ 2.2", whole <= 2.2),
        ("reading, seconds a page of the set", f"{reading:.2f}", "≤ 0.65", reading <= 0.65),
        ("largest growth of a scanned file", f"{max(scans, default=0):.2f}", "≤ 1.3",
         max(scans, default=0) <= 1.3),
        ("largest born-digital page, KB", f"{digital / 1000:.0f}", f"≤ {pages_bytes // 1000}",
         digital <= pages_bytes),
    ]  # fmt: skip


def profile(sampler: Sampler, pages: int, *, rows: int = 40) -> str:
    """Where the time went, by function of ours."""
    lines = [
        [name, f"{sec / pages * 1000:.0f}", f"{sampler.below[name] / pages * 1000:.0f}",
         f"{sec / max(sampler.total, 1e-9):.1%}"]
        for name, sec in sorted(sampler.own.items(), key=lambda entry: -entry[1])[:rows]
    ]  # fmt: skip
    head = ("function and the foreign code it calls", "own ms/page", "with ours below", "share")
    return table("Where the time goes", head, lines)


def _must(tally: Tally, *, verified: bool) -> str:
    rows = [
        [what, value, limit, "yes" if holds else "NO"]
        for what, value, limit, holds in must(tally)
        if verified or "with verification" not in what
    ]
    return table("What must hold", ("figure", "measured", "limit", "holds"), rows)


def _leaks(tally: Tally) -> str:
    kinds = sorted({kind for axis, _, kind in tally.leaks if axis == "quality"})
    rows = []
    for kind in kinds:
        total = tally.leak("quality", kind=kind)
        parts = [_of(tally.leak("quality", quality, kind)) for quality in _QUALITIES]
        rows.append(
            [kind, str(total.items), str(total.leaked), f"{total.share:.1%}",
             str(total.unflagged), *parts]
        )  # fmt: skip
    head = ("leaked items by class", "items", "leaked", "%", "not flagged", *_QUALITIES)
    return table("Leaks by class", head, rows)


def _seals_must(seals: SealTally) -> list[tuple[str, str, str, bool]]:
    whole, gray = seals.of("all", "all"), seals.of("colour", "gray or fax")
    return [
        ("seals found", _of_all(whole.found, whole.seals), "≥ 99 %",
         whole.found >= 0.99 * whole.seals),
        ("seals found on gray pages", _of_all(gray.found, gray.seals), "≥ 95 %",
         gray.found >= 0.95 * gray.seals),
        ("seals decided rightly", _of_all(whole.right, whole.seals), "≥ 97 %",
         whole.right >= 0.97 * whole.seals),
    ]  # fmt: skip


def _seals(seals: SealTally) -> str:
    rows = [
        [name, str(c.seals), _of_all(c.found, c.seals), _of_all(c.read, c.seals),
         _of_all(c.right, c.seals), str(c.hide), str(c.leaked)]
        for (_, name), c in sorted(seals.counts.items())
    ]  # fmt: skip
    rows.append(["found where none is", "", str(seals.false), "", "", "", ""])
    told = f"{seals.reported_pages} of {seals.covered_pages}"
    rows.append(["pages told of text under them", "", told, "", "", "", ""])
    head = ("seals", "seals", "found", "read", "decided rightly", "to hide", "leaked")
    return table("Seals", head, rows)


def _pictures_must(pictures: PictureTally) -> list[tuple[str, str, str, bool]]:
    hidden = [pictures.of("face"), pictures.of("code")]
    items, right = sum(c.items for c in hidden), sum(c.right for c in hidden)
    return [("faces and codes hidden", _of_all(right, items), "100 %", right == items)]


def _pictures(pictures: PictureTally) -> str:
    rows = []
    for kind in PICTURES:
        whole = pictures.of(kind)
        parts = [pictures.of(kind, quality) for quality in _QUALITIES]
        rows.append(
            [kind, str(whole.items), _of_all(whole.found, whole.items),
             _of_all(whole.right, whole.items),
             *(f"{p.right} of {p.items}" if p.items else "" for p in parts)]
        )  # fmt: skip
    false = " ".join(f"{kind} {n}" for kind, n in sorted(pictures.false.items())) or "0"
    rows.append([f"found where none is, of {pictures.pages} pages", "", false, *[""] * 6])
    head = ("faces and codes", "items", "found", "hidden or kept as they must", *_QUALITIES)
    return table("Faces and codes", head, rows)


def _of_all(count: int, of: int) -> str:
    return f"{count / of:.1%} of {of}" if of else "none"


def _by_quality(tally: Tally) -> str:
    rows = []
    for axis in ("quality", "hand"):
        for name in tally.names(axis):
            count, stay = tally.leak(axis, name), tally.stay(axis, name)
            pages = tally.pages_by_quality[name]
            person = f"{tally.person_by_quality[name]} of {pages}" if pages else ""
            rows.append(
                [name, str(count.items), str(count.leaked), f"{count.share:.1%}",
                 str(count.unflagged), f"{stay.share:.2%}", person]
            )  # fmt: skip
    head = ("quality", "items", "leaked", "%", "not flagged", "stay kept", "pages to a person")
    return table("By quality", head, rows)


def _by_template(tally: Tally) -> str:
    rows = []
    for name in tally.names("template"):
        count, stay = tally.leak("template", name), tally.stay("template", name)
        kinds = [
            (kind, c.leaked)
            for (axis, n, kind), c in sorted(tally.leaks.items())
            if axis == "template" and n == name and c.leaked
        ]
        what = " ".join(f"{kind} {leaked}" for kind, leaked in kinds)
        rows.append(
            [name, str(count.items), str(count.leaked), f"{count.share:.1%}",
             f"{stay.share:.2%}", what]
        )  # fmt: skip
    head = ("template", "items", "leaked", "%", "stay kept", "classes")
    return table("By template", head, rows)


def _kept(tally: Tally) -> str:
    rows = []
    for kind in sorted({kind for axis, _, kind in tally.kept if axis == "quality"}):
        total = tally.stay("quality", kind=kind)
        parts = [tally.stay("quality", quality, kind) for quality in _QUALITIES]
        rows.append(
            [kind, str(total.chars), f"{total.share:.2%}",
             *(f"{p.share:.1%}" if p.chars else "" for p in parts)]
        )  # fmt: skip
    head = ("must-stay characters by class", "chars", "kept", *_QUALITIES)
    return table("Text that must stay", head, rows)


def _time(tally: Tally, peak_mb: float) -> str:
    rows = [
        [stage, f"{tally.per_page(stage):.3f}", f"{tally.times_reading(stage):.2f}"]
        for stage in STAGES
    ]
    rows.append(["all", f"{tally.per_page(*STAGES):.3f}", f"{tally.times_reading(*STAGES):.2f}"])
    start = sum(tally.starting) / max(1, len(tally.starting))
    rows.append(["start of a dossier, s", f"{start:.2f}", ""])
    rows.append(["peak memory, MB", f"{peak_mb:.0f}", ""])
    return table("Seconds a page", ("stage", "s/page", "÷ reading"), rows)


def _sizes(tally: Tally, pages_bytes: int) -> str:
    rows = []
    for kind in sorted(tally.bytes_in):
        pages = max(1, tally.pages_by_source[kind])
        worst = tally.worst_growth[kind]
        largest = f"{worst / 1000:.0f} KB a page" if kind == "digital" else f"{worst:.2f} x"
        limit = f"{pages_bytes // 1000} KB a page" if kind == "digital" else "1.3 x"
        rows.append(
            [kind, str(pages), f"{tally.bytes_in[kind] / pages / 1000:.0f}",
             f"{tally.bytes_out[kind] / pages / 1000:.0f}",
             f"{tally.bytes_out[kind] / max(1, tally.bytes_in[kind]):.2f}", largest, limit]
        )  # fmt: skip
    head = ("source", "pages", "KB/page in", "KB/page out", "out ÷ in", "worst file", "limit")
    return table("Bytes", head, rows)


def _files(tally: Tally) -> str:
    rows = [
        ["pages", str(tally.pages)],
        ["pages without a leak", _part(tally.clean_pages, tally.pages)],
        ["pages with ≥ 97 % of what must stay", _part(tally.kept_pages, tally.pages)],
        ["pages sent to a person", _part(tally.person_pages, tally.pages)],
    ]
    rows += [[f"verdict {name}", str(n)] for name, n in sorted(tally.verdicts.items())]
    rows += [[f"doubt {name}", str(n)] for name, n in tally.doubts.most_common()]
    rows += [[f"error {name}", str(n)] for name, n in sorted(tally.errors.items())]
    rows += [[f"left in {name}", str(n)] for name, n in sorted(tally.left.items())]
    rows += [[f"fault {name}", str(n)] for name, n in sorted(tally.faults.items())]
    return table("Pages and files", ("what", "how many"), rows)


def _part(some: int, of: int) -> str:
    return f"{some} ({some / max(1, of):.1%})"


def _share(count: Count) -> str:
    return f"{count.share:.2%} ({count.leaked} of {count.items}, {count.unflagged} not flagged)"


def _of(count: Count) -> str:
    return f"{count.leaked}/{count.items}" if count.items else ""


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell + " " * (width - _width(cell)) if n == 0 else " " * (width - _width(cell)) + cell
        for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "| " + " | ".join(padded) + " |"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
