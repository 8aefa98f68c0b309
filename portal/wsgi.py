"""The portal as a WSGI application: ``portal.wsgi:application``."""

from __future__ import annotations

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

import dossiers


def _prepared() -> WSGIHandler:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    dossiers.prepare_to_serve()
    call_command("clearsessions")
    return get_wsgi_application()


application = _prepared()
