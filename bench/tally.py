"""Counts: items leaked, text kept, pages and files, seconds and bytes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.judge import FileVerdict, ItemVerdict, PageVerdict
from bench.pictures import CLASSES as PICTURES
from bench.pictures import PictureTally
from bench.records import STAGES, DossierRun, FileRun
from bench.seals import SealTally
from bench.truth import Item, TrueFile, TruePage

#: Where a leak costs the applicant the year.
STRICT = ("id_number", "phone", "email", "applicant_name", "applicant_unit")
#: Of these nothing may be left anywhere; the applicant's own name as far as it is printed.
NEVER = ("id_number", "phone", "email", "applicant_name", "face", "code")
#: Page kept when at least this share of what must stay has stayed.
KEPT_PAGE = 0.97


@dataclass
class Count:
    """Items that had to be hidden: how many there were, leaked, and leaked without a warning."""

    items: int = 0
    leaked: int = 0
    unflagged: int = 0

    def add(self, verdict: ItemVerdict, flagged: bool) -> None:
        """Count one item; a watermark that a person is shown has not leaked."""
        self.items += 1
        self.leaked += verdict.leaked and not (verdict.item.watermark and flagged)
        self.unflagged += verdict.leaked and not flagged

    @property
    def share(self) -> float:
        """Leaked per item."""
        return self.leaked / self.items if self.items else 0.0


@dataclass
class Kept:
    """Characters that had to stay, and did."""

    chars: int = 0
    kept: int = 0

    @property
    def share(self) -> float:
        """Kept per character; 1 when there was nothing to keep."""
        return self.kept / self.chars if self.chars else 1.0


@dataclass
class Tally:
    """Everything the tables show. Keys of ``leaks`` and ``kept`` are (axis, name, class).

    Seals, faces and codes are counted on their own, in ``seals`` and ``pictures``. A leak counts as
    flagged when the page that it is on was sent to a person; ``unseen_pages`` are those with any
    leak that were not.
    """

    leaks: dict[tuple[str, str, str], Count] = field(default_factory=lambda: defaultdict(Count))
    kept: dict[tuple[str, str, str], Kept] = field(default_factory=lambda: defaultdict(Kept))
    groups: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    left: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    clean_pages: int = 0
    unseen_pages: int = 0
    kept_pages: int = 0
    person_pages: int = 0
    pages_by_quality: Counter[str] = field(default_factory=Counter)
    person_by_quality: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    starting: list[float] = field(default_factory=list)
    bytes_in: Counter[str] = field(default_factory=Counter)
    bytes_out: Counter[str] = field(default_factory=Counter)
    worst_growth: dict[str, float] = field(default_factory=dict)
    pages_by_source: Counter[str] = field(default_factory=Counter)
    seals: SealTally = field(default_factory=SealTally)
    pictures: PictureTally = field(default_factory=PictureTally)

    def add_run(self, run: DossierRun) -> None:
        """Count the stages' time and the verdicts of a dossier."""
        for stage in STAGES:
            self.seconds[stage] += run.seconds[stage]
        self.starting.append(run.starting)
        for file in run.files:
            self.verdicts[file.verdict if not file.error else "error"] += 1
            self.doubts.update(code for code, _ in file.doubts)
            if file.error:
                self.errors[file.error] += 1

    def add_file(self, verdict: FileVerdict, run: FileRun) -> None:
        """Count one judged file."""
        flagged = run.verdict == "person"
        source = _source_kind(verdict)
        size = run.source.stat().st_size
        self.bytes_in[source] += size
        self.bytes_out[source] += run.copy_bytes
        self.pages_by_source[source] += len(verdict.pages)
        growth = run.copy_bytes / (len(verdict.pages) if verdict.file.born_digital else size)
        self.worst_growth[source] = max(self.worst_growth.get(source, 0.0), growth)
        self.faults.update(f"carries {word}" for word in verdict.carriers)
        doubtful = {page for _, page in run.doubts}
        for page in verdict.pages:
            self.seals.add_page(page, verdict.file.group, run.decisions, run.notes)
            self.pictures.add_page(page, verdict.file.group, run.decisions)
            shown = flagged and (None in doubtful or page.page.page in doubtful)
            self._add_page(page, verdict.file.group, shown)
            self.person_pages += shown
            self.pages_by_quality[verdict.file.group] += 1
            self.person_by_quality[verdict.file.group] += shown

    def add_refused(self, file: TrueFile) -> None:
        """Count a file without a copy: nothing leaked, but nothing that must stay is there."""
        for page in file.pages:
            self.pages += 1
            self.clean_pages += 1
            for item in page.items:
                if item.must == "stay":
                    for axis, name in _axes(page, item, file.group):
                        self.kept[axis, name, item.kind].chars += sum(1 for _ in item.chars())

    def _add_page(self, page: PageVerdict, quality: str, flagged: bool) -> None:
        self.pages += 1
        self.faults.update(page.faults)
        kept, chars = page.kept
        self.clean_pages += page.clean
        self.unseen_pages += not page.clean and not flagged
        self.kept_pages += kept >= KEPT_PAGE * chars
        for item in page.items:
            if _never(item.item):
                self.groups["never"].add(item, flagged)
            if item.item.kind == "seal" or item.item.kind in PICTURES:
                continue
            for axis, name in _axes(page.page, item.item, quality):
                if item.item.must == "mask":
                    self.leaks[axis, name, item.item.kind].add(item, flagged)
                elif item.item.must == "stay":
                    entry = self.kept[axis, name, item.item.kind]
                    entry.chars += len(item.sights)
                    entry.kept += len(item.sights) - len(item.lost)
            if item.item.must == "mask":
                self.groups["all"].add(item, flagged)
                if item.item.kind in STRICT:
                    self.groups["strict"].add(item, flagged)
                if item.left:
                    self.left[item.left] += 1

    def leak(self, axis: str, name: str | None = None, kind: str | None = None) -> Count:
        """Sum of the counts along an axis, of one name or class if given."""
        return _sum_counts(
            count
            for (a, n, k), count in self.leaks.items()
            if a == axis and name in (None, n) and kind in (None, k)
        )

    def stay(self, axis: str, name: str | None = None, kind: str | None = None) -> Kept:
        """Sum of kept characters along an axis, of one name or class if given."""
        chosen = [
            kept
            for (a, n, k), kept in self.kept.items()
            if a == axis and name in (None, n) and kind in (None, k)
        ]
        return Kept(sum(k.chars for k in chosen), sum(k.kept for k in chosen))

    def names(self, axis: str) -> list[str]:
        """The names along an axis, sorted."""
        return sorted({n for a, n, _ in [*self.leaks, *self.kept] if a == axis})

    def per_page(self, *stages: str) -> float:
        """Seconds a page that some stages took together."""
        return sum(self.seconds[stage] for stage in stages) / max(1, self.pages)

    def times_reading(self, *stages: str) -> float:
        """Their time as a multiple of the reading's."""
        return sum(self.seconds[s] for s in stages) / max(1e-9, self.seconds["reading"])


def _never(item: Item) -> bool:
    by_hand = item.kind == "applicant_name" and item.handwritten
    return item.must == "mask" and item.kind in NEVER and not by_hand


def _axes(page: TruePage, item: Item, quality: str) -> list[tuple[str, str]]:
    hand = "handwritten" if item.handwritten else "printed"
    return [("quality", quality), ("template", page.template), ("hand", hand)]


def _source_kind(verdict: FileVerdict) -> str:
    if verdict.file.born_digital:
        return "digital"
    return verdict.file.file.rsplit(".", 1)[-1].lower()


def _sum_counts(counts: Iterable[Count]) -> Count:
    total = Count()
    for count in counts:
        total.items += count.items
        total.leaked += count.leaked
        total.unflagged += count.unflagged
    return total
