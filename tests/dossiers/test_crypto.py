from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from dossiers.crypto import decrypt, derived_secrets, encrypt, key_file, keyring
from dossiers.errors import DamagedValueError, KeyFormatError, KeyMissingError
from dossiers.models import Applicant, DecisionKind, Dossier, Upload
from dossiers.roles import Role
from dossiers.schema import bring_up_to_date
from dossiers.services.deciding import DecisionInput, open_queue, record_decision
from dossiers.services.lookup import dossiers_of_person
from dossiers.services.rotation import rotate_keys
from pipeline.dossier import Kind
from tests.dossiers.conftest import Accounts
from tests.dossiers.papers import APPLICANT, FILE_NAME, open_dossier, processed


def test_nothing_of_the_applicant_stands_in_clear_in_database_or_folder(
    account: Accounts, tmp_path: Path, state: Path
) -> None:
    dossier = processed(tmp_path / "out", doubtful=True)
    said = DecisionInput(
        kind=DecisionKind.MASK_STRING,
        text=APPLICANT.name[0],
        finding_kind=Kind.APPLICANT_NAME,
        note=f"{APPLICANT.unit[0]} 又出现",
    )
    record_decision(dossier.pk, said, by=account(Role.AUDITOR))
    assert open_queue(dossier.pk).count() == 1
    seen = [_database(), *(f.read_bytes() for f in state.rglob("*") if _is_ours(f))]
    assert b"huainan-2025" in seen[0] and len(seen) >= 4
    # The search itself works: the original says who it is.
    originals = [f.read_bytes() for f in state.rglob("original/*")]
    assert any(APPLICANT.name[0].encode() in data for data in originals)
    words = [s for field in type(APPLICANT).model_fields for s in getattr(APPLICANT, field)]
    for word in (*words, FILE_NAME, "欧阳", "九十九中"):
        for coded in (word.encode(), word.encode("utf-16-le"), _escaped(word)):
            assert not [data for data in seen if coded in data], "an applicant's string in clear"


def _database() -> bytes:
    if connection.vendor == "sqlite":
        return connection.connection.serialize()  # type: ignore[no-any-return]
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.append(repr(cursor.fetchall()))
    return "\n".join(rows).encode()


def _is_ours(place: Path) -> bool:
    """Everything but the original itself, which is the applicant's."""
    return place.is_file() and "original" not in place.parts


def _escaped(word: str) -> bytes:
    return word.encode("unicode_escape")


def test_what_was_stored_comes_back_and_is_found_by_its_digest(db: None) -> None:
    dossier = open_dossier()
    row = Dossier.objects.get(pk=dossier.pk)
    assert row.applicant.noun == APPLICANT and row.title == FILE_NAME
    assert [d.pk for d in dossiers_of_person(APPLICANT.id_number[0])] == [dossier.pk]
    assert not dossiers_of_person("340403197001017999")
    with pytest.raises(FieldError):
        Upload.objects.filter(name=FILE_NAME).exists()


def test_a_value_opens_in_its_own_column_only_and_not_when_changed() -> None:
    value = encrypt("欧阳澹台", "dossiers.applicant.name")
    assert decrypt(value, "dossiers.applicant.name") == "欧阳澹台"
    assert encrypt("欧阳澹台", "dossiers.applicant.name") != value
    key_id, _, packed = value.partition(":")
    flipped = bytearray(base64.b64decode(packed))
    flipped[-1] ^= 1
    for bad in (f"{key_id}:{base64.b64encode(flipped).decode()}", f"{key_id}:%%", f"{key_id}:"):
        with pytest.raises(DamagedValueError):
            decrypt(bad, "dossiers.applicant.name")
    with pytest.raises(DamagedValueError):
        decrypt(value, "dossiers.applicant.unit")
    with pytest.raises(KeyMissingError):
        decrypt(f"00000000:{packed}", "dossiers.applicant.name")


def test_the_key_file_is_made_once_and_is_the_owners_alone(state: Path) -> None:
    first, secret = keyring(), derived_secrets("django")
    assert key_file().stat().st_mode & 0o777 == 0o600
    assert state.joinpath("dossiers").stat().st_mode & 0o777 == 0o700
    assert keyring() == first and derived_secrets("django") == secret
    assert first.keys[first.current].hex() not in repr(first)
    key_file().write_text("nonsense")
    with pytest.raises(KeyFormatError):
        keyring()


def test_keys_change_without_losing_anything(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = open_dossier()
    bring_up_to_date()
    old = keyring().current
    new = rotate_keys()
    assert new != old and set(keyring().keys) == {old, new}
    assert dossiers_of_person(APPLICANT.id_number[0]).get().applicant.noun == APPLICANT
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM dossiers_applicant")
        assert cursor.fetchone()[0].startswith(f"{new}:")
    # The old one is not needed for what is stored now, and its loss is said at the start.
    only_new = base64.b64encode(keyring().keys[new]).decode()
    key_file().write_text(only_new)
    assert Applicant.objects.get().noun == APPLICANT and Upload.objects.get().name == FILE_NAME
    with pytest.raises(KeyMissingError):
        bring_up_to_date()
    monkeypatch.setenv("MANGPING_KEY", base64.b64encode(secrets.token_bytes(32)).decode())
    with pytest.raises(KeyMissingError):
        _ = Dossier.objects.get(pk=dossier.pk).applicant.noun
