from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.intake import load_identity
from pipeline.intake.errors import IdentityFormatError, IdentityNameError, MissingIdentityError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_an_identity_saved_by_any_editor_is_read(tmp_path: Path, encoding: str) -> None:
    value = {"name": ["张三", "张叁"], "unit": " 淮南二中 ", "phone": 13812345678, "email": None}
    path = tmp_path / "identity.json"
    path.write_text(json.dumps(value, ensure_ascii=False), encoding=encoding)
    applicant = load_identity(path)
    assert applicant.name == ("张三", "张叁")
    assert applicant.unit == ("淮南二中",)
    assert applicant.phone == ("13812345678",)
    assert applicant.email == applicant.id_number == ()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"unit": "淮南二中"}', IdentityNameError),
        ('{"name": "  ", "unit": "淮南二中"}', IdentityNameError),
        ('{"name": []}', IdentityNameError),
        ('["淮南二中"]', IdentityFormatError),
        ('{"name": {"x": "淮南二中"}}', IdentityFormatError),
        ('{"name": "张三", "unit": [["淮南二中"]]}', IdentityFormatError),
        ("{name: 淮南二中}", IdentityFormatError),
        ("", IdentityFormatError),
        ("[" * 100_000, IdentityFormatError),
        ('{"name": "' + "淮南二中" * 400_000 + '"}', IdentityFormatError),
    ],
)
def test_a_useless_identity_is_refused_without_repeating_it(
    tmp_path: Path, text: str, error: type[Exception]
) -> None:
    path = tmp_path / "我的.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error) as caught:
        load_identity(path)
    assert "我的.json" in str(caught.value)
    assert "淮南" not in str(caught.value)


def test_a_missing_identity_says_which_option_to_use(tmp_path: Path) -> None:
    with pytest.raises(MissingIdentityError, match="--identity"):
        load_identity(tmp_path / "identity.json")
