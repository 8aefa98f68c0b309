"""``mangping similarity``: a document against a corpus, two documents, a whole review round.

Never imports Prefect. What is found is evidence: the exit code is 0 whatever the ratio.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from flows.authors import digest_key
from flows.compared_text import compared_text
from flows.corpora import choose_corpus
from flows.errors import CommandLineError, NoCorpusError, OutputFolderError, UnknownAuthorError
from flows.progress_bar import page_bar
from pipeline.dossier import Applicant
from pipeline.intake import load_identity
from pipeline.reports.similarity.page import report_page
from pipeline.reports.similarity.pdf import report_pdf
from pipeline.reports.similarity.round_page import round_page
from pipeline.reports.similarity.views import ReportView, percent, report_view
from pipeline.similarity.authorship import id_digest
from pipeline.similarity.corpus.facts import BadFactError, parse_facts
from pipeline.similarity.counting import Ratio
from pipeline.similarity.examination import Examination, Text, examine
from pipeline.similarity.nouns import Document, DocumentKind
from pipeline.similarity.reasons import ADVICE, RATIO_NAMES, STANDING_NAMES
from pipeline.similarity.recheck import Changes, changes, load_result
from pipeline.similarity.result_file import SimilarityFile, result_file
from pipeline.similarity.rounds import Round, examine_round
from pipeline.similarity.text import normalise

ROUND_SCHEMA = "mangping.similarity-round/1"
_SHOWN = 5
_TITLE_LENGTHS = range(4, 61)


@dataclass(frozen=True, slots=True)
class About:
    """What the command line says of a document, as it was typed."""

    identity: Path | None = None
    author: str | None = field(default=None, repr=False)
    unit: str | None = field(default=None, repr=False)
    title: str | None = field(default=None, repr=False)
    day: str | None = None
    kind: str | None = None
    review_round: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """How results are wanted; without a folder one format goes to stdout."""

    as_json: bool = False
    as_html: bool = False
    as_pdf: bool = False
    masked: bool = False
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A comparison that is done."""

    found: Examination
    result: SimilarityFile
    changes: Changes | None
    applicant: Applicant | None = field(default=None, repr=False)


def check(
    file: Path, corpus: Path | None, about: About, output: Output, since: Path | None
) -> Checked:
    """Compare a file with a corpus.

    Raises:
        UsageError: The corpus, the identity, an option or the earlier result is not usable.
        RefusedInputError: The file is not taken.
        ModelError: A model is missing.
    """
    _require_one_output("similarity check", output)
    before = load_result(since) if since else None
    applicant = load_identity(about.identity) if about.identity else None
    library = choose_corpus(corpus)
    if library is None:
        raise NoCorpusError("similarity check")
    with library:
        subject = read_subject(file, about, applicant, "similarity check")
        _require_author(subject.document, output)
        found = examine(subject, (), library)
    result = result_file(found, _today(), with_text=True)
    return Checked(found, result, changes(before, result) if before else None, applicant)


def compare(file: Path, other: Path, about: About, output: Output) -> Checked:
    """Compare a file with another one alone.

    Raises:
        UsageError: The identity or an option is not usable.
        RefusedInputError: A file is not taken.
        ModelError: A model is missing.
    """
    _require_one_output("similarity compare", output)
    applicant = load_identity(about.identity) if about.identity else None
    subject = read_subject(file, about, applicant, "similarity compare")
    _require_author(subject.document, output)
    source = read_subject(other, About(), None, "similarity compare")
    if source.document.id == subject.document.id:
        source = Text(replace(source.document, id="b"), source.text, source.pages)
    found = examine(subject, [source], with_copies=True)
    return Checked(found, result_file(found, _today(), with_text=True), None, applicant)


def look_at_round(corpus: Path | None, name: str) -> Round:
    """Compare all documents of a round that are in the corpus.

    Raises:
        UsageError: There is no corpus, or it has no document of that round.
    """
    library = choose_corpus(corpus)
    if library is None:
        raise NoCorpusError("similarity round")
    with library:
        count = sum(document.round == name for document in library.documents())
        if not count:
            raise CommandLineError("similarity round", what="比对库里没有这个批次的材料")
        with page_bar("比对", count, "篇") as told:
            return examine_round(library, name, told)


def print_checked(stream: TextIO, checked: Checked, output: Output, file: Path) -> int:
    """Write or print a comparison in the wanted formats; return the exit code.

    Raises:
        OutputFolderError: The folder cannot be written.
    """
    made: dict[str, bytes] = {}
    if output.as_json:
        result = checked.result
        if output.masked:
            result = result_file(checked.found, result.checked, with_text=False)
        whole: dict[str, Any] = result.model_dump(mode="json", by_alias=True, exclude_none=True)
        if checked.changes is not None:
            whole["changes"] = checked.changes.as_json()
        made["json"] = json.dumps(whole, ensure_ascii=False).encode() + b"\n"
    if output.as_html or output.as_pdf:
        view = _masked(checked) if output.masked else report_view(checked.found)
        if output.as_html:
            made["html"] = report_page(view, checked.result, checked.changes).encode()
        if output.as_pdf:
            made["pdf"] = report_pdf(view, checked.result, checked.changes)
    if output.folder is not None:
        for suffix, data in made.items():
            stem = checked.found.subject.document.id if output.masked else file.stem
            print(_write(output.folder / f"{stem}.similarity.{suffix}", data), file=stream)
    elif made:
        stream.flush()
        for data in made.values():
            stream.buffer.write(data)
        stream.buffer.flush()
    if not made:
        _print_lines(stream, checked)
    return 0


def print_round(
    stream: TextIO, found: Round, out: Path | None, *, as_json: bool, masked: bool
) -> int:
    """Write the picture of a round, print who shares text; return the exit code.

    Raises:
        OutputFolderError: The file cannot be written.
    """
    if out is not None:
        hider = None
        if masked:
            from pipeline.reports.similarity.hiding import Hider

            hider = Hider.of_round(found.documents)
        _write(out, round_page(found, _today(), hider).encode())
    if as_json:
        print(json.dumps(round_json(found, out), ensure_ascii=False), file=stream)
        return 0
    pairs = found.pairs
    print(f"{len(found.documents)} 篇材料，{len(pairs)} 对有相同文字。", file=stream)
    for pair in pairs[:_SHOWN]:
        here = pair.here
        share = percent(here.characters, here.total)
        print(f"    {here.document} 的 {share} 也在 {here.source} 里", file=stream)
    if out is not None:
        print(f"一览：{out}", file=stream)
    print(ADVICE, file=stream)
    return 0


def round_json(found: Round, out: Path | None) -> dict[str, Any]:
    """Return a round as JSON: ids and counts, no titles or names."""
    return {
        "schema": ROUND_SCHEMA,
        "round": found.name,
        "corpus": {"id": found.snapshot.id, "documents": found.snapshot.documents},
        "advice": ADVICE,
        "documents": [
            {
                "id": document.id,
                "ratios": {
                    ratio.value: {"numerator": f.numerator, "denominator": f.denominator}
                    for ratio, f in found.ratios[document.id].items()
                },
            }
            for document in found.documents
        ],
        "shares": [
            {
                "document": share.document,
                "source": share.source,
                "characters": share.characters,
                "total": share.total,
                "standing": share.standing.value,
            }
            for share in found.shares
        ],
        **({"out": str(out)} if out is not None else {}),
    }


def read_subject(file: Path, about: About, applicant: Applicant | None, command: str) -> Text:
    """Read a file with what is told of it.

    Raises:
        CommandLineError: What is told of it cannot be so.
        RefusedInputError: The file is not taken.
        ModelError: A model is missing.
    """
    told = {
        "authors": about.author or "",
        "units": about.unit or "",
        "title": about.title or "",
        "date": about.day or "",
        "kind": about.kind or "",
        "round": about.review_round or "",
    }
    if applicant is not None:
        told["authors"] = applicant.name[0]
        told["units"] = next(iter(applicant.unit), told["units"])
        told["id_numbers"] = next(iter(applicant.id_number), "")
    try:
        facts = parse_facts(told)
    except BadFactError as bad:
        raise CommandLineError(command, what=f"{bad}的写法不对") from None
    text = compared_text(file, facts.kind or DocumentKind.PAPER, "读取")
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    document = facts.document(digest, lambda number: id_digest(number, digest_key()))
    if document.title is None:
        document = replace(document, title=_first_line(text.raw))
    return Text(document, normalise(text.raw), text.pages)


def _masked(checked: Checked) -> ReportView:
    """Return what reviewers may see; strangers' names are looked for by the detector."""
    from flows.engine import DEFAULT_POLICY, make_tools
    from pipeline.comparison_results import masked_view
    from pipeline.policy import load_policy

    author = checked.found.subject.document.authors[0]
    applicant = checked.applicant or Applicant.model_validate(
        {"name": author.name, "unit": author.unit}
    )
    return masked_view(checked.found, make_tools(applicant, load_policy(DEFAULT_POLICY)))


def _first_line(raw: str) -> str | None:
    """Return the first line of a text if it may be its title."""
    first = next((line.strip() for line in raw.splitlines() if line.strip()), "")
    return first if len(first) in _TITLE_LENGTHS else None


def _require_one_output(command: str, output: Output) -> None:
    wanted = output.as_json + output.as_html + output.as_pdf
    if wanted > 1 and output.folder is None:
        raise CommandLineError(command, what="要几种格式时请用 --out 指定文件夹")
    if output.folder is not None and not wanted:
        raise CommandLineError(command, what="--out 要与 --json、--html 或 --pdf 一起用")
    if output.masked and not (output.as_html or output.as_pdf):
        raise CommandLineError(command, what="--masked 要与 --html 或 --pdf 一起用")


def _require_author(document: Document, output: Output) -> None:
    known = document.authors and document.authors[0].name and document.authors[0].unit
    if output.masked and not known:
        raise UnknownAuthorError(document.id)


def _print_lines(stream: TextIO, checked: Checked) -> None:
    for ratio in Ratio:
        fraction = checked.found.counted.ratios[ratio]
        told = percent(fraction.numerator, fraction.denominator)
        of = f"{fraction.numerator} ÷ {fraction.denominator} 字"
        print(f"{RATIO_NAMES[ratio]}：{told}（{of}）", file=stream)
    shares = checked.found.counted.sources
    for number, share in enumerate(shares[:_SHOWN], start=1):
        title = share.document.title or share.document.id
        told = f"{share.characters} 字（{STANDING_NAMES[share.standing]}）"
        print(f"    来源 {number}　{title}：{told}", file=stream)
    if len(shares) > _SHOWN:
        print(f"    还有 {len(shares) - _SHOWN} 个来源，见报告（--html 或 --pdf）。", file=stream)
    for line in checked.changes.lines if checked.changes else ():
        print(f"    变化　{line}", file=stream)
    print(ADVICE, file=stream)


def _write(place: Path, data: bytes) -> Path:
    temporary = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(place)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise OutputFolderError(str(place.parent)) from None
    return place


def _today() -> str:
    return date.today().isoformat()
