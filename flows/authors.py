"""Who wrote a document, from what the office knows: identity.json, or a name and a unit.

An identity number is kept as a keyed digest only. The key lies in the user's private folder and
never beside a corpus.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from dossiers.places import state_dir
from flows.errors import OutputFolderError
from pipeline.similarity.authorship import id_digest
from pipeline.similarity.nouns import Author

if TYPE_CHECKING:
    from pipeline.dossier import Applicant

_KEY_BYTES = 32


def author_of(applicant: Applicant) -> Author:
    """Return an applicant as the author of what they handed in.

    Raises:
        OutputFolderError: The private folder cannot be written.
    """
    numbers = applicant.id_number
    return Author(
        name=applicant.name[0],
        unit=applicant.unit[0] if applicant.unit else None,
        id_digest=id_digest(numbers[0], digest_key()) if numbers else None,
    )


def digest_key() -> bytes:
    """Return this office's key for digests of identity numbers, made at the first call.

    Raises:
        OutputFolderError: The private folder cannot be written.
    """
    place = state_dir() / "similarity.key"
    try:
        key = place.read_bytes()
        if len(key) == _KEY_BYTES:
            return key
    except OSError:
        pass
    temporary = place.with_suffix(f".{os.getpid()}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.touch(mode=0o600)
        temporary.write_bytes(secrets.token_bytes(_KEY_BYTES))
        try:
            # The first of two processes wins; a key that stands is never replaced.
            os.link(temporary, place)
        except FileExistsError:
            pass
        finally:
            temporary.unlink(missing_ok=True)
        return place.read_bytes()
    except OSError:
        raise OutputFolderError(str(place.parent)) from None
