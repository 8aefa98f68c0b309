"""Django settings of whoever needs the database only: flows and the command line.

The portal's settings build on these. ``DATABASE_URL`` names another database, such as
``postgres://user@host/name``; the default is an SQLite file in the state folder. Nothing is made
when this is imported.
"""

from __future__ import annotations

import os
from typing import Any

import dj_database_url

from dossiers.places import dossiers_dir


def _database() -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{dossiers_dir() / 'mangping.sqlite3'}"
    database: dict[str, Any] = dict(
        dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    )
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # Writers queue up instead of failing half-way, and what was answered for is on the disk.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 60,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        }
    return database


DATABASES = {"default": _database()}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "dossiers",
]
AUTH_USER_MODEL = "dossiers.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
# Nothing that Django would log by itself may reach a file: queries carry values.
LOGGING_CONFIG: str | None = None
