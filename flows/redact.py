"""``mangping redact``: loose files through the stages, without Prefect."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.engine import make_tools
from flows.errors import FolderAsFileError, OutputFolderError, OverwriteError
from flows.progress_bar import progress_bar
from pipeline.errors import MangpingError
from pipeline.intake import load_identity
from pipeline.jobs import Finished, Job, Options
from pipeline.outcome import FileResult
from pipeline.policy import load_policy
from pipeline.redaction import failed, redact_files

FINDINGS_SUFFIX = ".findings.json"
# The longest name that common filesystems take, in bytes.
_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class Target:
    """A file to do and where its outputs go."""

    job: Job
    copy: Path
    findings: Path
    refusal: MangpingError | None = None


def output_stems(files: Sequence[Path]) -> list[str]:
    """Return a stem for each file: its own, ``-2`` and so on for the next of the same stem.

    A stem is cut where ``<stem>.findings.json`` would be longer than a file name may be.
    """
    taken: set[str] = set()
    stems = []
    for file in files:
        own = _cut(file.stem, _NAME_BYTES - len(FINDINGS_SUFFIX) - 4)
        stem, number = own, 1
        while stem.casefold() in taken:
            number += 1
            stem = f"{own}-{number}"
        taken.add(stem.casefold())
        stems.append(stem)
    return stems


def plan_targets(files: Sequence[Path], out: Path) -> list[Target]:
    """Say where each file's outputs go, and refuse those that would be written over an input."""
    inputs = {file.resolve() for file in files if _is_there(file)}
    targets = []
    for number, (file, stem) in enumerate(zip(files, output_stems(files), strict=True), start=1):
        copy, findings = out / f"{stem}.pdf", out / f"{stem}{FINDINGS_SUFFIX}"
        refusal: MangpingError | None = None
        if _is_there(file) and file.is_dir():
            refusal = FolderAsFileError(file.name)
        elif {copy.resolve(), findings.resolve()} & inputs:
            refusal = OverwriteError(file.name)
        job = Job(id=f"f{number:03d}", path=file, name=file.name)
        targets.append(Target(job, copy, findings, refusal))
    return targets


def redact(
    files: Sequence[Path], identity: Path, out: Path, policy_name: str, options: Options
) -> tuple[list[FileResult], list[Target]]:
    """Redact loose files into a folder.

    Returns:
        One result and one target a file, in the order given.

    Raises:
        UsageError: The identity, the policy or the output folder is not usable.
        ModelError: A model is missing.
    """
    applicant = load_identity(identity)
    policy = load_policy(policy_name)
    _make_folder(out)
    targets = plan_targets(files, out)
    for target in targets:
        _remove_earlier(target)
    results = {
        target.job.id: failed(target.job, target.refusal, applicant)
        for target in targets
        if target.refusal is not None
    }
    wanted = {target.job.id: target for target in targets if target.refusal is None}
    if wanted:
        tools = make_tools(applicant, policy)
        with (
            tempfile.TemporaryDirectory(dir=out, prefix=".mangping-") as work,
            progress_bar(len(wanted)) as progress,
        ):
            done = redact_files(
                [target.job for target in wanted.values()],
                tools,
                lambda job: _in_own_folder(Path(work), wanted[job.id]),
                lambda job, finished: _deliver(wanted[job.id], finished),
                options=options,
                progress=progress,
            )
        results |= {result.id: result for result in done}
    return [results[target.job.id] for target in targets], targets


def _in_own_folder(work: Path, target: Target) -> Path:
    """Return where a copy is built: under its final name, which verification looks at too."""
    folder = work / target.job.id
    folder.mkdir()
    return folder / target.copy.name


def _deliver(target: Target, finished: Finished) -> None:
    """Move a finished copy and its findings to their place, each whole."""
    built = finished.copy.path
    findings = built.with_name("findings.json")
    try:
        findings.write_bytes(finished.document.to_bytes())
        # The copy was built in a private temporary file; both get the rights of a plain one.
        built.chmod(findings.stat().st_mode)
        built.replace(target.copy)
        findings.replace(target.findings)
    except OSError:
        target.copy.unlink(missing_ok=True)
        raise OutputFolderError(str(target.copy.parent)) from None
    shutil.rmtree(built.parent, ignore_errors=True)


def _remove_earlier(target: Target) -> None:
    """Remove what an earlier run left for the same name, so that it cannot pass for this run's.

    Only beside its findings is a PDF known to be ours.
    """
    if target.refusal is None and target.findings.is_file():
        target.copy.unlink(missing_ok=True)
        target.findings.unlink()


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError:
        raise OutputFolderError(str(out)) from None


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:
        return False


def _cut(stem: str, size: int) -> str:
    while len(stem.encode(errors="surrogateescape")) > size:
        stem = stem[:-1]
    return stem
