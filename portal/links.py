"""Links to files: signed, for one account, for a few minutes.

A link names a file by its key, so nobody who has not been given it can make one; it works only for
the account it was made for, while that account is logged in, and only until it expires. The file
itself is checked again by role and dossier, and its opening is written into the chain.
"""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from dossiers.models import Dossier, StoredFile, User
from dossiers.permissions import record_refusal
from portal.errors import LinkExpiredError, LinkInvalidError

FILE_SECONDS = 10 * 60
# Reviewers read for hours, and the pages of a package link to each other.
PACKAGE_SECONDS = 8 * 3600
_FILE, _PACKAGE = "mangping.file", "mangping.package"


def file_link(file: StoredFile, user: User) -> str:
    """Return the address at which one account can open a file for the next ten minutes."""
    return reverse("file", args=[_signed({"file": file.key}, user, _FILE)])


def package_link(dossier: Dossier, user: User, name: str) -> str:
    """Return the address of a file of a dossier's package; the others lie beside it."""
    return reverse("package-file", args=[_signed({"dossier": dossier.pk}, user, _PACKAGE), name])


def opened_file(token: str, user: User) -> str:
    """Return the key of the file that a link names.

    Raises:
        LinkExpiredError: It is too old.
        LinkInvalidError: It is not ours, or somebody else's; all three are written down.
    """
    return _opened(token, user, _FILE, FILE_SECONDS)["file"]


def opened_package(token: str, user: User) -> str:
    """Return the id of the dossier whose package a link names; raises as :func:`opened_file`."""
    return _opened(token, user, _PACKAGE, PACKAGE_SECONDS)["dossier"]


def _signed(content: dict[str, str], user: User, purpose: str) -> str:
    return signing.dumps({**content, "user": str(user.pk)}, salt=purpose)


def _opened(token: str, user: User, purpose: str, seconds: int) -> dict[str, str]:
    try:
        content: dict[str, str] = signing.loads(token, salt=purpose, max_age=seconds)
    except signing.SignatureExpired:
        record_refusal(user, "expired-link")
        raise LinkExpiredError from None
    except signing.BadSignature:
        record_refusal(user, "guessed-link")
        raise LinkInvalidError from None
    if content["user"] != str(user.pk):
        record_refusal(user, "foreign-link")
        raise LinkInvalidError
    return content
