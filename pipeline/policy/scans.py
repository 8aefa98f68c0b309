"""What a policy asks of a scan: limits of the measures that reading takes of each page."""

from __future__ import annotations

from pydantic import Field

from pipeline.dossier import Noun


class ScanLimits(Noun):
    """Limits beyond which a page cannot be read well enough to be safe.

    Set on generated pages made worse step by step, where one printed character in ten of what must
    be hidden is read wrongly or not at all; ordinary scans, photographs and faxes stay clear.

    Attributes:
        rule: The rule that a page beyond them breaks; empty where the notice has none.
        text_height: Least height of a line, in pixels of the stored page.
        sharpness: Least share of the way from ink to paper that an edge takes in one pixel.
        contrast: Least darkness of the ink against its paper.
        weak: Largest share of characters that may be others.
        crisp_weak: The same where letters are large and their edges sharp: then it is a hand that
            cannot be read, which is hidden by its place.
        crisp_sharpness: Sharpness from which edges are sharp.
        crisp_height: Height of a line from which letters are large.
        slant: Most degrees that lines may rise or fall.
        soft_sharpness: Below this an edge is soft: then only ``soft_weak`` may be others.
        soft_weak: Largest share of characters that may be others where edges are soft or ink is
            uncovered.
        uncovered: Largest share of what looks like writing that may lie in no line, where many
            characters may be others or nothing was read.
        scrawled: Confidence below which a line of running text is a scrawl.
        scrawled_chars: So many characters on such lines are too many: names among them are not
            found, and running text is not hidden by its place.
    """

    rule: str = ""
    text_height: float = Field(default=12.0, ge=0)
    sharpness: float = Field(default=0.28, ge=0, le=1)
    contrast: float = Field(default=0.08, ge=0, le=1)
    weak: float = Field(default=0.18, ge=0, le=1)
    crisp_weak: float = Field(default=0.3, ge=0, le=1)
    crisp_sharpness: float = Field(default=0.6, ge=0, le=1)
    crisp_height: float = Field(default=30.0, ge=0)
    slant: float = Field(default=12.0, ge=0, le=45)
    soft_sharpness: float = Field(default=0.5, ge=0, le=1)
    soft_weak: float = Field(default=0.045, ge=0, le=1)
    uncovered: float = Field(default=0.6, ge=0, le=1)
    scrawled: float = Field(default=0.8, ge=0, le=1)
    scrawled_chars: int = Field(default=48, ge=1)
