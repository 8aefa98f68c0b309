"""Addresses of the redaction diff, below a dossier's own."""

from __future__ import annotations

from django.urls import path

from portal.diff import decisions, views

urlpatterns = [
    path("", views.diff, name="diff"),
    path("sheet/", views.sheet, name="diff-sheet"),
    path("index/", views.index, name="diff-index"),
    path("image/<str:token>/", views.image, name="diff-image"),
    path("decide/", decisions.decide, name="diff-decide"),
    path("remake/", decisions.remake, name="diff-remake"),
]
