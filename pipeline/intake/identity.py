"""Who the applicant is, from identity.json or from the same object inside dossier.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.dossier import Applicant
from pipeline.intake.errors import IdentityFormatError, IdentityNameError, MissingIdentityError
from pipeline.intake.jsonfile import JsonFileError, read_json
from pipeline.intake.limits import Limits
from pipeline.intake.names import shown


def load_identity(path: Path, *, limits: Limits | None = None) -> Applicant:
    """Read identity.json: ``{"name", "id_number", "unit", "phone", "email"}``.

    All but ``name`` are optional; each is a string or a list of strings.

    Raises:
        MissingIdentityError: There is no such file.
        IdentityFormatError: It is no JSON object of strings.
        IdentityNameError: It has no name.
    """
    name = shown(path.name)
    try:
        value = read_json(path, (limits or Limits()).json_bytes)
    except OSError:
        raise MissingIdentityError(name) from None
    except JsonFileError as error:
        raise IdentityFormatError(name, what=str(error)) from None
    return parse_identity(value, name)


def parse_identity(value: object, subject: str) -> Applicant:
    """Check an identity that is already parsed.

    Args:
        value: What the JSON said.
        subject: The file it was in, for the error.

    Raises:
        IdentityFormatError: It is no object of strings.
        IdentityNameError: It has no name.
    """
    if not isinstance(value, dict):
        raise IdentityFormatError(subject, what="最外层应是一个对象")
    known = {key: _strings(value[key]) for key in Applicant.model_fields if key in value}
    if not known.get("name"):
        raise IdentityNameError(subject)
    try:
        return Applicant.model_validate(known)
    except ValidationError as error:
        fields = sorted({str(e["loc"][0]) for e in error.errors() if e["loc"]})
        what = f"{'、'.join(fields)} 应是不超过 200 字的字符串或字符串列表"
        raise IdentityFormatError(subject, what=what) from None


def _strings(value: Any) -> Any:
    """Take numbers for strings (phones are often written so) and leave blanks out."""
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    plain = [str(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in items]
    return tuple(v for v in plain if not (isinstance(v, str) and not v.strip()))
