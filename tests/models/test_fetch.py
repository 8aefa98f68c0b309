from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models import ner_dir, weights_dir
from models.errors import (
    IndexUnreachableError,
    ModelDamagedError,
    ModelMissingError,
    OwnModelDamagedError,
)
from models.fetch import check, fetch
from models.manifest import load_manifest


@pytest.fixture
def copy_of_weights(tmp_path: Path) -> Path:
    shutil.copytree(weights_dir(), tmp_path / "weights", copy_function=_link)
    return tmp_path / "weights"


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def test_a_second_fetch_downloads_nothing(copy_of_weights: Path) -> None:
    assert fetch(copy_of_weights) == []
    manifest = load_manifest()
    assert check(copy_of_weights) == [*manifest.model, *manifest.own]


def test_a_tampered_or_missing_weight_is_never_used(copy_of_weights: Path) -> None:
    tags = copy_of_weights / "lac" / "tag.dic"
    text = tags.read_bytes()
    tags.unlink()
    with pytest.raises(ModelMissingError, match=r"tag\.dic"):
        check(copy_of_weights)
    tags.write_bytes(text + b"\n")
    with pytest.raises(ModelDamagedError, match=r"tag\.dic"):
        check(copy_of_weights)


def test_an_unreachable_index_is_one_sentence_without_hosts_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    with pytest.raises(IndexUnreachableError) as caught:
        fetch(tmp_path / "weights")
    assert "127.0.0.1" not in str(caught.value) and "\n" not in str(caught.value)
    assert not list((tmp_path / "weights").iterdir())


def test_a_changed_model_of_our_own_is_never_used(
    copy_of_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ner_dir(), tmp_path / "own" / "ner")
    monkeypatch.setattr("models.fetch._OWN", tmp_path / "own")
    check(copy_of_weights)
    with (tmp_path / "own" / "ner" / "tagger.onnx").open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(OwnModelDamagedError, match=r"tagger\.onnx"):
        check(copy_of_weights)
