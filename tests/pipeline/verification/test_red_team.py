"""The red team: a scanned page through the real stages, with one fault injected each time."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from fixtures.case import new_case
from fixtures.degrade import finish
from fixtures.files import write_pdf
from fixtures.pairs import score_sheet
from fixtures.sheet import Sheet, Style
from models import weights_dir
from pipeline.detection import Detector
from pipeline.dossier import Action, Applicant, Decision, Kind, Mask, Verdict, VerdictKind
from pipeline.file_finishing import finish_file
from pipeline.file_reading import read_file
from pipeline.geometry import Frame, Polygon
from pipeline.intake import SourcePage, open_source
from pipeline.jobs import FileReading, Job, Tools
from pipeline.masking import Copy, build_copy, document
from pipeline.masking.drawing import draw
from pipeline.policy import load_policy
from pipeline.reading import Line, Reader
from pipeline.redaction import decide_together
from pipeline.verification import verify_copy

Pixels = NDArray[np.uint8]


@dataclass
class Target:
    """Two scanned pages, upside down, read and decided on once."""

    folder: Path
    file: FileReading
    decisions: tuple[Decision, ...]
    tools: Tools
    cached: dict[int, tuple[Line, ...]] = field(default_factory=dict)

    def copy(self, name: str, decisions: Sequence[Decision] | None = None) -> Copy:
        with open_source(self.file.job.path) as source:
            chosen = self.decisions if decisions is None else decisions
            return build_copy(source, self.file.readings, chosen, self.folder / name)

    def verdict(self, path: Path, masks: Sequence[Mask], *, remember: bool = False) -> set[str]:
        """Verify a copy; return the codes of the doubts, which may not name anybody."""
        reader = Remembering(self) if remember else self.tools.reader
        with open_source(self.file.job.path) as source:
            verdict = verify_copy(
                path,
                source,
                [reading.frame for reading in self.file.readings],
                masks,
                self.tools.applicant,
                reader,
                kept=[d.finding.polygon for d in self.decisions if d.action is Action.KEEP],
            )
        assert verdict.kind is (VerdictKind.PERSON if verdict.doubts else VerdictKind.CLEAN)
        assert not _names(verdict, self.tools.applicant)
        return {doubt.code for doubt in verdict.doubts}


class Remembering:
    """Reads each page of the same pixels once: only what is around the pixels changes."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def read_upright(
        self, pixels: Pixels, frame: Frame, *, detection_side: int | None = None
    ) -> tuple[Line, ...]:
        known = self.target.cached
        if frame.page not in known:
            known[frame.page] = self.target.tools.reader.read_upright(
                pixels, frame, detection_side=detection_side
            )
        return known[frame.page]


def _names(verdict: Verdict, applicant: Applicant) -> bool:
    told = verdict.model_dump_json()
    return any(text in told for texts in applicant.model_dump().values() for text in texts)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    if not (weights_dir() / "PP-OCRv6_small_rec" / "inference.onnx").exists():
        pytest.skip("no OCR weights here; fetch them with: make models")
    folder = tmp_path_factory.mktemp("red-team")
    rng = random.Random(17)
    case = new_case(rng)
    sheets = [score_sheet(case), score_sheet(case)]
    pages = [finish(sheet, "scan", 2, rng) for sheet in sheets]
    write_pdf(pages, folder / "source.pdf", [False] * 2, rng, bilevel=False, lossless=False)
    applicant = Applicant.model_validate(
        {"name": case.applicant.name, "unit": case.school.name, "id_number": case.id_number}
    )
    policy = load_policy("huainan-2025")
    reader = Reader(weights_dir(), threads=2)
    detector = Detector(applicant, policy, lac_dir=weights_dir() / "lac")
    tools = Tools(reader, detector, policy, applicant)
    file = read_file(Job("a", folder / "source.pdf", "source.pdf"), tools)
    decisions, _ = decide_together([file], tools)
    return Target(folder, file, decisions["a"], tools)


def _masked(decision: Decision, kind: Kind) -> bool:
    return decision.action is Action.MASK and decision.finding.kind is kind


def test_an_honest_masker_passes(target: Target) -> None:
    honest = target.copy("honest.pdf")
    assert target.verdict(honest.path, honest.masks) == set()


@pytest.mark.parametrize("kind", [Kind.APPLICANT_NAME, Kind.APPLICANT_UNIT])
def test_a_masker_one_character_short_is_caught(target: Target, kind: Kind) -> None:
    number = next(n for n, d in enumerate(target.decisions) if _masked(d, kind))
    broken = list(target.decisions)
    finding = broken[number].finding
    reading = target.file.readings[finding.page - 1]
    assert finding.line is not None
    chars = reading.lines[finding.line].chars[finding.start : finding.end - 1]
    edge = max(char.polygon.bounds[2] for char in chars)
    x0, y0, _, y1 = finding.polygon.bounds
    short = finding.model_copy(
        update={
            "end": finding.end - 1,
            "polygon": Polygon.from_bounds(finding.polygon.frame, x0, y0, edge, y1),
        }
    )
    broken[number] = broken[number].model_copy(update={"finding": short})
    # The page is cut off there too, so that the masker does not grow to the whole name by itself.
    copy = target.copy("short.pdf", [d for d in broken if d.finding.page == finding.page])
    assert target.verdict(copy.path, copy.masks)


def test_a_skipped_page_is_caught(target: Target) -> None:
    first = [d for d in target.decisions if d.finding.page == 1]
    copy = target.copy("skipped.pdf", first)
    assert "name-readable" in target.verdict(copy.path, copy.masks)


@pytest.mark.parametrize(
    ("misread", "code"), [("娜仁托娅", "person-readable"), ("4308813908819", "number-open")]
)
def test_a_strangers_name_or_number_that_only_the_second_reading_has_is_caught(
    target: Target, misread: str, code: str
) -> None:
    sheet = Sheet("letter", random.Random(1), width=1400, height=700)
    sheet.line(90, 150, "本学年与娜仁托娅共同完成教学任务", Style("song", 40))
    sheet.line(90, 350, "证书编号20154308813908819，成绩优秀", Style("song", 40))
    sheet.image.save(target.folder / "letter.png")
    tools = target.tools
    file = read_file(Job("b", target.folder / "letter.png", "letter.png"), tools)
    found = {decision: decision.finding.text for decision in decide_together([file], tools)[0]["b"]}
    codes = []
    for lost in ("", misread):
        decisions = [d for d, text in found.items() if not lost or lost not in text]
        finished = finish_file(_misread(file, lost), decisions, tools, target.folder / "letter.pdf")
        codes.append({doubt.code for doubt in finished.result.doubts})
    assert code not in codes[0] and code in codes[1]


def _misread(file: FileReading, lost: str) -> FileReading:
    """A file in whose reading a string's characters are all wrong."""
    (reading,) = file.readings
    lines = []
    for line in reading.lines:
        at = line.text.find(lost) if lost else -1
        wrong = range(at, at + len(lost)) if at >= 0 else ()
        chars = (replace(c, text="口") if n in wrong else c for n, c in enumerate(line.chars))
        lines.append(replace(line, chars=tuple(chars)))
    return replace(file, readings=(replace(reading, lines=tuple(lines)),))


def _veiled(pixels: Pixels, masks: Sequence[Mask], *, bilevel: bool = False) -> None:
    """Draw at 99 % opacity."""
    below = pixels.copy()
    draw(pixels, masks, bilevel=bilevel)
    pixels[:] = np.round(0.99 * pixels + 0.01 * below).astype(np.uint8)


def _unturned(pixels: Pixels, masks: Sequence[Mask], *, bilevel: bool = False) -> None:
    """Draw on the page as it is stored, upside down."""
    stored = np.ascontiguousarray(pixels[::-1, ::-1])
    draw(stored, masks, bilevel=bilevel)
    pixels[:] = stored[::-1, ::-1]


@pytest.mark.parametrize("fault", [_veiled, _unturned])
def test_a_masker_that_draws_wrongly_is_caught(
    target: Target, monkeypatch: pytest.MonkeyPatch, fault: Callable[..., None]
) -> None:
    monkeypatch.setattr(document, "draw", fault)
    copy = target.copy("drawn.pdf")
    assert "mask-open" in target.verdict(copy.path, copy.masks)


def test_a_masker_that_takes_the_page_as_it_stands_is_caught(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A coder that writes the source's own page instead of the masked pixels."""
    code = document.code_page

    def forgetful(masked: Pixels, page: SourcePage, *, turn: int) -> object:
        return code(np.ascontiguousarray(page.pixels[::-1, ::-1]), page, turn=turn)

    monkeypatch.setattr(document, "code_page", forgetful)
    copy = target.copy("forgetful.pdf")
    assert {"mask-open", "name-readable"} <= target.verdict(copy.path, copy.masks)


def _secret(target: Target) -> str:
    return target.tools.applicant.name[0]


CHANNELS: dict[str, Callable[[pymupdf.Document, str, bytes], object]] = {
    "text layer": lambda d, s, p: d[0].insert_text((60, 90), s, fontname="china-s", render_mode=3),
    "info": lambda d, s, p: d.set_metadata({"author": s}),
    "xmp": lambda d, s, p: d.set_xml_metadata(f"<x>{s}</x>"),
    "embedded file": lambda d, s, p: d.embfile_add("scan", p, filename=f"{s}.pdf"),
    "sticky note": lambda d, s, p: d[0].add_text_annot((50, 50), s),
    "free text": lambda d, s, p: d[0].add_freetext_annot((50, 50, 190, 90), s, fontname="china-s"),
    "attached file": lambda d, s, p: d[0].add_file_annot((50, 50), p, f"{s}.pdf", desc=s),
    "bookmark": lambda d, s, p: d.set_toc([[1, s, 1]]),
    "page label": lambda d, s, p: d.set_page_labels([{"startpage": 0, "prefix": s, "style": "D"}]),
    "layer name": lambda d, s, p: d.add_ocg(s),
    "script": lambda d, s, p: d.xref_set_key(
        d.pdf_catalog(), "OpenAction", f"<</S/JavaScript/JS({s.encode().hex()})>>"
    ),
    "piece info": lambda d, s, p: d.xref_set_key(
        d[0].xref, "PieceInfo", f"<</App<</Private<{s.encode('utf-16-be').hex()}>>>>>>"
    ),
    "page under the page": lambda d, s, p: d[0].show_pdf_page(
        d[0].rect, pymupdf.open(stream=p), 0, overlay=False
    ),
    "page thumbnail": lambda d, s, p: d.xref_set_key(
        d[0].xref, "Thumb", f"{d[0].get_images()[0][0]} 0 R"
    ),
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_channel_of_the_leak_matrix_passes(target: Target, channel: str) -> None:
    honest = target.copy("matrix.pdf")
    with pymupdf.open(honest.path) as opened:
        CHANNELS[channel](opened, _secret(target), target.file.job.path.read_bytes())
        data = opened.tobytes()
    path = target.folder / "carrying.pdf"
    path.write_bytes(data)
    codes = target.verdict(path, honest.masks, remember=True)
    assert any(code.startswith(("copy-", "layer-")) for code in codes), codes


def test_the_source_as_an_earlier_revision_is_caught(target: Target) -> None:
    honest = target.copy("latest.pdf")
    path = target.folder / "revised.pdf"
    path.write_bytes(target.file.job.path.read_bytes() + honest.path.read_bytes())
    assert target.verdict(path, honest.masks, remember=True) & {"copy-revision", "copy-not-plain"}
    named = honest.path.rename(target.folder / f"{_secret(target)}.pdf")
    assert "file-name" in target.verdict(named, honest.masks, remember=True)


def test_masks_that_were_claimed_but_never_drawn_are_caught(target: Target) -> None:
    bare = target.copy("bare.pdf", [])
    honest = target.copy("claimed.pdf")
    assert "mask-open" in target.verdict(bare.path, honest.masks)
    stray = replace(honest, masks=())
    assert "page-differs" in target.verdict(honest.path, stray.masks)
