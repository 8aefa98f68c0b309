"""What is refused or fails, told in Chinese: a page for browsers, JSON for the API."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from dossiers.errors import (
    PermissionRefusedError,
    RunningError,
    StaleError,
    StateError,
    StorageError,
    UnknownThingError,
    UploadOffsetError,
    UploadTooLargeError,
)
from dossiers.models import User
from dossiers.permissions import record_refusal
from pipeline.errors import MangpingError, RefusedInputError, UsageError
from pipeline.outcome import as_mangping_error
from portal.errors import (
    CsrfError,
    FirstPasswordError,
    FlowsUnavailableError,
    LinkExpiredError,
    LinkInvalidError,
    LoginNeededError,
    ScannerUnavailableError,
)

_LOG = logging.getLogger("portal")

# The first class that fits.
_STATUS: tuple[tuple[type[MangpingError], int], ...] = (
    (LoginNeededError, 401),
    (PermissionRefusedError, 403),
    (CsrfError, 403),
    (FirstPasswordError, 403),
    (LinkExpiredError, 403),
    (LinkInvalidError, 404),
    (UnknownThingError, 404),
    (UploadOffsetError, 409),
    (StateError, 409),
    (StaleError, 409),
    (RunningError, 409),
    (UploadTooLargeError, 413),
    (RefusedInputError, 422),
    (UsageError, 400),
    (StorageError, 503),
    (ScannerUnavailableError, 503),
    (FlowsUnavailableError, 503),
)
_TITLES = {
    400: "内容不完整",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    409: "状态已变化",
    413: "超出上限",
    422: "没有收下",
    500: "系统出错",
    503: "暂时无法使用",
}


def status_of(error: MangpingError) -> int:
    """Return the HTTP status that tells of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def account_of(request: HttpRequest) -> User | AnonymousUser | None:
    """Return who asks, as far as that is known yet."""
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def answer(request: HttpRequest, error: MangpingError) -> HttpResponse:
    """Return an error as a page, or as JSON where a script asked for it."""
    status = status_of(error)
    if wants_json(request):
        return JsonResponse(as_json(error), status=status)
    title = _TITLES.get(status, _TITLES[500])
    context = {"title": title, "message": str(error), "status": status}
    return render(request, "portal/refused.html", context, status=status)


def as_json(error: MangpingError) -> dict[str, object]:
    """Return an error for a program: its class, code, sentence, and where an upload goes on."""
    content: dict[str, object] = dict(error.as_json())
    if isinstance(error, UploadOffsetError):
        content["expected"] = error.facts["expected"]
    return content


def wants_json(request: HttpRequest) -> bool:
    """Return whether a program asks."""
    return request.path.startswith("/api/") or request.headers.get("Accept") == "application/json"


class ErrorPages:
    """Turns errors into answers; what was not foreseen is told without its own words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer for an error of a view; Django's own errors are left to Django."""
        if isinstance(error, MangpingError):
            return answer(request, error)
        if isinstance(error, RequestDataTooBig):
            return answer(request, UploadTooLargeError("这一段", limit=8 * 1024 * 1024))
        return None


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a request that did not come from one of our pages, and write it down."""
    record_refusal(account_of(request), "csrf")
    return answer(request, CsrfError())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Tell that there is no such page."""
    return answer(request, UnknownThingError("页面"))


def failed(request: HttpRequest) -> HttpResponse:
    """Tell that something failed that nobody foresaw."""
    import sys

    error = sys.exc_info()[1]
    shown = as_mangping_error(error, "请求") if isinstance(error, Exception) else MangpingError()
    return answer(request, shown)
