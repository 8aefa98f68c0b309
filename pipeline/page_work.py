"""What a page gives at reading and detection: taken from what is kept, or made now and kept."""

from __future__ import annotations

import json

from pipeline.dossier import Finding
from pipeline.geometry import turn_pixels
from pipeline.intake import SourceFile, SourcePage
from pipeline.jobs import Clock, Tools
from pipeline.progress import Stage
from pipeline.reading import PageReading
from pipeline.versions import code_digest
from pipeline.work import (
    PageFacts,
    Work,
    digest_of,
    keep_findings,
    keep_reading,
    load_findings,
    load_reading,
    page_key,
)


class PageWork:
    """One page's facts, reading and findings, from what is kept or made now.

    It is read when it is made; :meth:`look` is called once, later, from any thread. By then all
    that it needs of the source is in memory.
    """

    def __init__(
        self,
        source: SourceFile,
        number: int,
        known: PageFacts | None,
        tools: Tools,
        work: Work,
        clock: Clock,
    ) -> None:
        self._source, self._number, self._clock = source, number, clock
        self._page: SourcePage | None = None
        self.facts = known or self._look(work)
        reading_key = digest_of(
            self.facts.key, tools.reader.version, code_digest("intake", "reading")
        )
        self.reading = self._reading(reading_key, tools, work)
        self._findings_key = digest_of(
            reading_key,
            code_digest("detection", "policy"),
            tools.policy.model_dump_json(),
            tools.applicant.model_dump_json(),
            json.dumps(dict(tools.models), sort_keys=True),
        )
        self._kept = load_findings(work, self._findings_key, number)
        if self._kept is None:
            self._decoded()

    def _decoded(self) -> SourcePage:
        if self._page is None:
            with self._clock(Stage.INTAKE):
                self._page = self._source.page(self._number)
        return self._page

    def _look(self, work: Work) -> PageFacts:
        page = self._decoded()
        with self._clock(Stage.INTAKE):
            return PageFacts(
                key=page_key(page) if work.keeps else "",
                page=page.number,
                width=page.frame.source_width,
                height=page.frame.source_height,
                dpi=page.dpi,
                origin=page.origin.value,
            )

    def _reading(self, key: str, tools: Tools, work: Work) -> PageReading:
        reading = load_reading(work, key, self._number)
        if reading is None:
            page = self._decoded()
            with self._clock(Stage.READING):
                reading = tools.reader.read(page)
            keep_reading(work, key, self._number, reading)
        return reading

    def look(self, tools: Tools, work: Work) -> tuple[Finding, ...]:
        """Return what is found on the page, and keep it for the next time."""
        if self._kept is not None:
            return self._kept
        pixels = self._decoded().pixels
        with tools.detecting:
            upright = turn_pixels(pixels, self.reading.frame.turn)
            findings = tools.detector.page(self.reading, upright)
        keep_findings(work, self._findings_key, self._number, findings)
        return findings
