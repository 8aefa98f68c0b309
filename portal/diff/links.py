"""Links to pictures of pages: signed, for one account, for a while; openings are written down."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from dossiers.models import User
from dossiers.permissions import record_refusal
from portal.diff.pages import WIDTHS
from portal.errors import LinkExpiredError, LinkInvalidError

# Somebody compares a page for a while before magnifying it.
SECONDS = 30 * 60
_PURPOSE = "mangping.page"


@dataclass(frozen=True, slots=True)
class PageLink:
    """What a link to a picture names: a stored file, its page (from 1), turns clockwise, width."""

    file: str
    page: int
    turn: int
    width: int


def page_links(
    dossier_id: str, file: str, page: int, turn: int, user: User
) -> list[tuple[int, str]]:
    """Return the addresses of a page's pictures by width, smallest first."""
    return [
        (
            width,
            reverse(
                "diff-image",
                args=[
                    dossier_id,
                    signing.dumps([file, page, turn, width, user.pk], salt=_PURPOSE),
                ],
            ),
        )
        for width in WIDTHS
    ]


def opened_link(token: str, user: User, dossier_id: str) -> PageLink:
    """Return what a link names.

    Raises:
        LinkExpiredError: It is too old.
        LinkInvalidError: It is not ours, or somebody else's; all three are written down.
    """
    try:
        file, page, turn, width, owner = signing.loads(token, salt=_PURPOSE, max_age=SECONDS)
    except signing.SignatureExpired:
        record_refusal(user, "expired-link", dossier_id)
        raise LinkExpiredError from None
    except signing.BadSignature:
        record_refusal(user, "guessed-link", dossier_id)
        raise LinkInvalidError from None
    if owner != user.pk:
        record_refusal(user, "foreign-link", dossier_id)
        raise LinkInvalidError
    return PageLink(file, page, turn, width)
