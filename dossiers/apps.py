"""The Django application of the dossiers."""

from __future__ import annotations

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    """Names the application."""

    name = "dossiers"
    verbose_name = "材料"
    default_auto_field = "django.db.models.BigAutoField"
