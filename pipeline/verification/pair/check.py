"""The applicant's own masked copy against its original: leaks first, then differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz

from pipeline.dossier import Applicant
from pipeline.geometry import Polygon, turn_pixels
from pipeline.intake.pages import SourcePage
from pipeline.reading.lines import Line
from pipeline.verification.pair.carrier import Carrier, look_into
from pipeline.verification.pair.doubts import pair_doubt
from pipeline.verification.pair.nouns import (
    Channel,
    Difference,
    Leak,
    Origin,
    OriginalPage,
    PairDoubt,
    PairReport,
    PairVerdict,
    Pixels,
    Shown,
)
from pipeline.verification.pair.page_check import (
    KINDS,
    PageFindings,
    check_page,
    quarters,
    read_masked,
    readable,
)
from pipeline.verification.pair.pages import Matching, match_pages
from pipeline.verification.pair.register import Sketch, sketch
from pipeline.verification.pair.secrets import Secrets
from pipeline.verification.pair.views import Candidate, leak_of
from pipeline.verification.sources import Rereader, Source

COMPLETE, NO_LEAK, SAME = "HN-MASK-1", "HN-MASK-2", "HN-MASK-3"
_ALIKE = 60.0


class _Pair:
    """The state of one check; every page is decoded when it is needed."""

    def __init__(
        self,
        original: Source,
        pages: Sequence[OriginalPage],
        masked: Source,
        applicant: Applicant,
        reader: Rereader,
    ) -> None:
        self.original, self.pages, self.masked, self.reader = original, pages, masked, reader
        self.secrets = Secrets.of(applicant, (p for page in pages for p in page.places))
        self.shown: list[Shown] = []
        self.doubts: list[PairDoubt] = []
        self.rules: set[str] = set()
        self.ours = [sketch(self.upright(n)) for n in range(1, original.page_count + 1)]
        self.theirs: list[Sketch] = []
        self.sizes: list[tuple[int, int]] = []
        self.turns: list[int] = []
        for number in range(1, masked.page_count + 1):
            page = masked.page(number)
            self.theirs.append(sketch(page.pixels))
            self.sizes.append((page.frame.width, page.frame.height))
            self.turns.append(page.turn)
        self.findings: dict[int, PageFindings] = {}
        self.of_original: dict[int, int] = {}

    def upright(self, number: int) -> Pixels:
        """Decode a page of the original and turn it upright."""
        turned = turn_pixels(self.original.page(number).pixels, self.pages[number - 1].frame.turn)
        return np.ascontiguousarray(turned)

    def leak(self, leak: Leak) -> None:
        """Keep a leak that has no crops."""
        if all(shown.entry != leak for shown in self.shown):
            self.shown.append(Shown(leak))


def check_pair(
    original: Source,
    pages: Sequence[OriginalPage],
    masked: Source,
    path: Path,
    name: str,
    applicant: Applicant,
    reader: Rereader,
    *,
    progress: Callable[[int], None] | None = None,
) -> tuple[PairReport, list[Shown]]:
    """Check an applicant's own masked copy against its original.

    Args:
        original: The opened original.
        pages: One entry a page of it: what was read, what the policy masks.
        masked: The opened masked copy.
        path: Where the masked copy's bytes are.
        name: What the user calls it.
        applicant: Whose strings must not be in it.
        reader: Reads upright images.
        progress: Called with the number of each checked page of the masked copy.

    Returns:
        The report, and its leaks and differences with their crops. An exception inside becomes a
        doubt, so that a check that was not done never passes.
    """
    pair = _Pair(original, pages, masked, applicant, reader)
    matching = match_pages(pair.ours, pair.theirs)
    _order(pair, matching)
    for match in matching.matches:
        pair.of_original[match.original] = match.masked
        if match.matrix is not None:
            page = pair.masked.page(match.masked)
            turn = quarters(match.matrix, pages[match.original - 1].frame)
            pair.turns[match.masked - 1] = turn
            try:
                found = check_page(
                    pair.upright(match.original),
                    pages[match.original - 1],
                    page,
                    match.matrix,
                    pair.secrets,
                    reader,
                )
            except (ValueError, ArithmeticError, RuntimeError, MemoryError):
                pair.doubts.append(pair_doubt("check-failed", match.masked))
                continue
            pair.findings[match.masked] = found
            pair.shown += found.shown
            pair.doubts += found.doubts
        if progress is not None:
            progress(match.masked)
    _carried(pair, look_into(path, name, pair.secrets))
    return _report(pair), _ordered(pair.shown)


def _order(pair: _Pair, matching: Matching) -> None:
    """Report pages that are missing, added or in another place."""
    unsure = set(matching.missing) & set(matching.added)
    for number in matching.added:
        page = pair.masked.page(number)
        lines = read_masked(page, page.turn, pair.reader)
        for run, span in readable(lines, page.frame.turned(page.turn), pair.secrets):
            if not span.weak:
                place = run.place(span.start, span.end).to(page.frame)
                corners = tuple((round(x, 1), round(y, 1)) for x, y in place.points)
                kind, channel = KINDS[span.code], Channel.PIXELS
                pair.leak(Leak(page=number, kind=kind, polygon=corners, channel=channel))
        if number in unsure and _same_text(pair.pages[number - 1].lines, lines):
            pair.doubts.append(pair_doubt("not-aligned", number))
            continue
        pair.shown.append(Shown(_whole(page)))
        pair.rules |= {COMPLETE, SAME}
    for number in matching.missing:
        if number in unsure:
            continue
        page = pair.original.page(number)
        pair.shown.append(Shown(_whole(page).model_copy(update={"missing": True})))
        pair.rules |= {COMPLETE, SAME}
    for match in matching.moved:
        pair.shown.append(Shown(_whole(pair.masked.page(match.masked))))
        pair.rules |= {COMPLETE, SAME}


def _whole(page: SourcePage) -> Difference:
    frame = page.frame
    corners = Polygon.from_bounds(frame, 0, 0, frame.width, frame.height).points
    return Difference(page=page.number, polygon=corners)


def _same_text(ours: Sequence[Line], theirs: Sequence[Line]) -> bool:
    one, other = ("".join(line.text for line in lines) for lines in (ours, theirs))
    return bool(one) and bool(other) and fuzz.ratio(one, other) >= _ALIKE


def _carried(pair: _Pair, carrier: Carrier) -> None:
    """Add what the file carries beside the pixels of its pages."""
    for string in carrier.strings:
        pair.leak(Leak(page=string.page, kind=string.kind, polygon=None, channel=string.channel))
    if carrier.unread:
        pair.doubts.append(pair_doubt("content-unread"))
    _hidden_text(pair)
    if not carrier.views:
        return
    candidates = [
        Candidate(pair.upright(n), page, own, (at := pair.of_original.get(n)),
                  pair.findings.get(at or 0))
        for n, (page, own) in enumerate(zip(pair.pages, pair.ours, strict=True), start=1)
        if page.places
    ]  # fmt: skip
    for view in carrier.views:
        leak = leak_of(view, candidates)
        if leak is not None:
            pair.leak(leak)


def _hidden_text(pair: _Pair) -> None:
    """Compare the text layer of each page with what stands at the original's sensitive places."""
    for original, masked in pair.of_original.items():
        layer = pair.masked.page(masked).layer
        found = pair.findings.get(masked)
        if not layer or found is None or found.registered is None:
            continue
        centres = np.array([c.polygon.center for c in layer], np.float64)
        moved = found.registered.to_grid(centres)
        for place in pair.pages[original - 1].places:
            x0, y0, x1, y1 = place.polygon.bounds
            inside = np.flatnonzero(((moved > (x0, y0)) & (moved < (x1, y1))).all(axis=1))
            there = {layer[k].text for k in inside.tolist()}
            wanted = {c for c in place.text if c.strip()}
            if len(there & wanted) >= 2:
                corners = found.registered.corners(place.polygon)
                pair.leak(Leak(page=masked, kind=place.kind, polygon=corners,
                               channel=Channel.TEXT_LAYER))  # fmt: skip


def _ordered(shown: Sequence[Shown]) -> list[Shown]:
    leaks = [s for s in shown if isinstance(s.entry, Leak)]
    return leaks + [s for s in shown if isinstance(s.entry, Difference)]


def _report(pair: _Pair) -> PairReport:
    leaks = tuple(s.entry for s in pair.shown if isinstance(s.entry, Leak))
    differences = tuple(s.entry for s in pair.shown if isinstance(s.entry, Difference))
    rules = set(pair.rules)
    if leaks:
        rules.add(NO_LEAK)
    if differences:
        rules.add(SAME)
    verdict = PairVerdict.PASS
    if pair.doubts:
        verdict = PairVerdict.PERSON
    if differences:
        verdict = PairVerdict.DIFFERS
    if leaks:
        verdict = PairVerdict.LEAK
    return PairReport(
        verdict=verdict,
        rules=tuple(sorted(rules)),
        leaks=leaks,
        differences=differences,
        doubts=tuple(dict.fromkeys(pair.doubts)),
        pages=len(pair.theirs),
        sizes=tuple(pair.sizes),
        turns=tuple(pair.turns),
        origins=(
            *(_origin(pair, leak) for leak in leaks),
            *(_origin(pair, difference) for difference in differences),
        ),
    )


def _origin(pair: _Pair, entry: Leak | Difference) -> Origin | None:
    """Return where on the original stands what was found on the copy."""
    if entry.page is None or entry.polygon is None:
        return None
    found = pair.findings.get(entry.page)
    numbers = [own for own, masked in pair.of_original.items() if masked == entry.page]
    if found is None or found.registered is None or not numbers:
        return None
    if isinstance(entry, Difference) and entry.missing:
        return None
    grid = found.registered.grid
    size = np.array([grid.width, grid.height], np.float64)
    moved = found.registered.to_grid(np.array(entry.polygon, np.float64)) / size
    corners = np.clip(moved, 0, 1).round(5).tolist()
    return Origin(page=numbers[0], corners=tuple((x, y) for x, y in corners))
