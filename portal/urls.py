"""Addresses of the portal."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.decorators.http import require_POST

from portal import (
    account_list,
    administration,
    dossier_page,
    files,
    login,
    packages,
    task_centre,
)
from portal.api import api
from portal.converters import DossierId

register_converter(DossierId, "dossier")

_DOSSIER: list[URLPattern | URLResolver] = [
    path("", dossier_page.dossier, name="dossier"),
    path("submit/", dossier_page.submit, name="submit"),
    path("reopen/", dossier_page.reopen, name="reopen"),
    path("rerun/", dossier_page.rerun, name="rerun"),
    path("attachments/<int:ordinal>/rerun/", dossier_page.rerun, name="rerun-one"),
    path("publish/", dossier_page.publish, name="publish"),
    path("recall/", dossier_page.recall, name="recall"),
    path("reviewed/", dossier_page.close_review, name="close-review"),
    path("return/", dossier_page.send_back, name="send-back"),
    path("assign/", dossier_page.assign, name="assign"),
    path("attachments/<int:ordinal>/remove/", dossier_page.remove, name="remove"),
    path("attachments/<int:ordinal>/kind/", dossier_page.change_kind, name="change-kind"),
    path("diff/", include("portal.diff.urls")),
]
urlpatterns = [
    path("", login.home, name="home"),
    path("login/", login.Login.as_view(), name="login"),
    path("logout/", require_POST(LogoutView.as_view(next_page="login")), name="logout"),
    path("password/", login.password, name="password"),
    path("dossiers/", task_centre.dossiers, name="dossiers"),
    path("dossiers/find/", task_centre.find, name="find"),
    path("dossiers/new/", dossier_page.new_dossier, name="new-dossier"),
    path("dossiers/<dossier:dossier_id>/", include(_DOSSIER)),
    path("files/<str:token>/", files.file, name="file"),
    path("packages/", packages.packages, name="packages"),
    path("packages/<dossier:dossier_id>/", packages.package, name="package"),
    path("package/<str:token>/<path:name>", files.package_file, name="package-file"),
    path("accounts/", administration.accounts, name="accounts"),
    path("accounts/list/", account_list.account_list, name="account-list"),
    path("accounts/<int:account_id>/", administration.account, name="account"),
    path(
        "accounts/<int:account_id>/tokens/<int:token_id>/end/",
        administration.end_token,
        name="end-token",
    ),
    path("audit/", administration.audit_chain, name="audit"),
    path("api/", api.urls),
]
handler404 = "portal.refusals.not_found"
handler500 = "portal.refusals.failed"
