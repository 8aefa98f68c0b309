"""Puts what the stages made into the case file, and reuses what stands there already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from pipeline import casefile
from pipeline.casefile import CaseFile
from pipeline.dossier import Decision, Noun
from pipeline.errors import MangpingError
from pipeline.file_finishing import finish_file
from pipeline.jobs import FileReading, Job, Options, Tools
from pipeline.outcome import FileResult, OwnCopy, Publication, Similarity
from pipeline.progress import Progress, Stage
from pipeline.redaction import failed
from pipeline.rereading import KeptRereader
from pipeline.versions import PROGRAM, code_digest
from pipeline.work import CaseWork, digest_of

MANIFEST_SCHEMA = "mangping.manifest/1"


class _Standing(Noun):
    """A finished file of an earlier run, and what it was made from."""

    key: str
    findings_sha256: str
    result: FileResult


def finish_into_case(
    case: CaseFile,
    file: FileReading,
    decisions: Sequence[Decision],
    tools: Tools,
    *,
    options: Options,
    progress: Progress | None = None,
) -> FileResult:
    """Build, check and store a file's copy, or reuse the one that the same inputs made.

    Raises:
        MangpingError: It cannot be made or stored; then no copy and no findings are left.
    """
    job, work = file.job, CaseWork(case)
    key = _key(file, decisions, tools, options)
    standing = _standing(case, work, job.id)
    if standing is not None and standing.key == key:
        seconds = {stage.value: round(file.seconds[stage], 3) for stage in Stage}
        # The kind may have been changed; the copy does not depend on it.
        update = {"reused": True, "seconds": seconds, "kind": job.kind}
        return standing.result.model_copy(update=update)
    tools = replace(tools, rereader=KeptRereader(tools.reader, work))
    try:
        with case.scratch() as folder:
            out = folder / f"{job.id}.pdf"
            finished = finish_file(file, decisions, tools, out, options=options, progress=progress)
            case.adopt(finished.copy.path, casefile.masked(job.id))
            sha256 = case.write(casefile.findings(job.id), finished.document.to_bytes())
    except BaseException:
        discard(case, job)
        raise
    standing = _Standing(key=key, findings_sha256=sha256, result=finished.result)
    work.put(f"results/{job.id}", standing.model_dump_json(by_alias=True).encode())
    return finished.result


def discard(case: CaseFile, job: Job) -> None:
    """Remove a file's outputs, so that no copy of an earlier run passes for this one's."""
    made = (casefile.masked(job.id), casefile.findings(job.id), casefile.publication(job.id))
    shared = (
        casefile.similarity(job.id),
        casefile.similarity_page(job.id),
        casefile.similarity_private(job.id),
    )
    for name in (*made, *shared, f"work/results/{job.id}"):
        case.remove(name)


def discard_and_fail(case: CaseFile, job: Job, error: MangpingError, tools: Tools) -> FileResult:
    """Remove a failed file's outputs and return its result."""
    discard(case, job)
    return failed(job, error, tools.applicant)


def discard_strangers(case: CaseFile, jobs: Sequence[Job]) -> None:
    """Remove outputs of attachments that the dossier no longer has."""
    wanted = {job.id for job in jobs}
    for kind, suffix in (("masked", ".pdf"), ("findings", ".json")):
        for name in case.names(kind):
            if name.endswith(suffix) and name.removesuffix(suffix) not in wanted:
                case.remove(f"{kind}/{name}")


def write_manifest(
    case: CaseFile,
    case_id: str,
    results: Sequence[FileResult],
    refused: Sequence[MangpingError],
    tools: Tools,
) -> None:
    """Write manifest.json: sums of every input and output, versions, how each file ended.

    Raises:
        CaseNotWritableError: The filesystem refuses.
    """
    files = []
    for result in results:
        names = [casefile.masked(result.id), casefile.findings(result.id)]
        if result.publication is not None:
            names.append(casefile.publication(result.id))
        if result.similarity is not None:
            names += [casefile.similarity(result.id), casefile.similarity_page(result.id)]
        sums = {name: case.sha256(name) for name in names}
        files.append(
            {
                "id": result.id,
                "file": result.file,
                "kind": result.kind,
                "sha256": result.sha256,
                "pages": result.pages,
                "verdict": result.verdict.value,
                **({"own_copy": _own_copy(result.own_copy)} if result.own_copy else {}),
                **_publication(result.publication),
                **_similarity(result.similarity),
                "outputs": {name: sha256 for name, sha256 in sums.items() if sha256},
            }
        )
    manifest = {
        "schema": MANIFEST_SCHEMA,
        "case": case_id,
        "program": PROGRAM,
        "code": code_digest(),
        "policy": {"id": tools.policy.id, "version": tools.policy.version},
        "models": {"reader": tools.reader.version, **tools.models},
        "files": files,
        "refused": [error.as_json()["code"] for error in refused],
        "report": {casefile.REPORT: case.sha256(casefile.REPORT)},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    case.write(casefile.MANIFEST, text.encode() + b"\n")


def _own_copy(own: OwnCopy) -> dict[str, object]:
    """Describe the check of the applicant's own masked copy for the manifest."""
    return {
        "verdict": own.verdict,
        "rules": list(own.rules),
        "leaks": own.leaks,
        "differences": own.differences,
    }


def _publication(publication: Publication | None) -> dict[str, object]:
    """Describe the examination of a paper or a book for the manifest."""
    if publication is None:
        return {}
    return {
        "publication": {
            "verdict": publication.verdict,
            "rules": list(publication.rules),
            "codes": [finding.code for finding in publication.findings],
            "reports": list(publication.reports),
        }
    }


def _similarity(similarity: Similarity | None) -> dict[str, object]:
    """Describe the comparison of a text for the manifest."""
    if similarity is None:
        return {}
    figures = {
        name: [ratio.numerator, ratio.denominator] for name, ratio in similarity.ratios.items()
    }
    error = {"error": similarity.error.code} if similarity.error else {}
    return {"similarity": {"snapshot": similarity.snapshot, "ratios": figures, **error}}


def _key(file: FileReading, decisions: Sequence[Decision], tools: Tools, options: Options) -> str:
    return digest_of(
        file.sha256,
        file.job.name,
        code_digest(),
        tools.reader.version,
        json.dumps(dict(tools.models), sort_keys=True),
        tools.policy.model_dump_json(),
        tools.applicant.model_dump_json(),
        repr(options),
        # Not among what is shown of the options, and a copy has to be searched anew for them.
        json.dumps(options.hidden),
        *(decision.model_dump_json() for decision in decisions),
    )


def _standing(case: CaseFile, work: CaseWork, file_id: str) -> _Standing | None:
    data = work.get(f"results/{file_id}")
    if data is None:
        return None
    try:
        standing = _Standing.model_validate_json(data)
    except ValidationError:
        return None
    whole = (
        case.sha256(casefile.masked(file_id)) == standing.result.copy_sha256
        and case.sha256(casefile.findings(file_id)) == standing.findings_sha256
    )
    return standing if whole else None
