"""Who calls the API: the account of a token, or of a browser's session with its CSRF token."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth
from ninja.utils import check_csrf

from dossiers.models import User
from dossiers.permissions import record_refusal
from dossiers.services.accounts import account_of_token
from portal.errors import CsrfError, LoginNeededError
from portal.refusals import account_of


class BearerToken(HttpBearer):
    """``Authorization: Bearer mp_…``."""

    def __call__(self, request: HttpRequest) -> Any | None:
        """Return the token's account; None where there is no token, so that a session may do."""
        if "Authorization" not in request.headers:
            return None
        found = super().__call__(request)
        if found is None:
            record_refusal(None, "token")
            raise LoginNeededError
        return found

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return whose token it is."""
        return account_of_token(token)


class BrowserSession(SessionAuth):
    """The session of a browser that is logged in; what changes something needs a CSRF token."""

    def __call__(self, request: HttpRequest) -> Any | None:
        """Return the account.

        Raises:
            LoginNeededError: Nobody is logged in.
            CsrfError: The request did not come from one of our pages.
        """
        user = account_of(request)
        if user is None:
            record_refusal(None, "api")
            raise LoginNeededError
        # Django's failure view writes it down.
        if check_csrf(request) is not None:
            raise CsrfError
        return user
