"""Django settings of the portal; they build on those of the database.

``MANGPING_PORTAL_URL`` is where people reach it, ``http://127.0.0.1:8400`` by default. Anything but
this machine must be https, and then cookies travel over https only. Nothing is made when this is
imported: the keys are read when they are first wanted.
"""

from __future__ import annotations

import os
from datetime import timedelta
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from dossiers.crypto import derived_secrets
from dossiers.settings import *  # noqa: F403
from dossiers.settings import DATABASES, INSTALLED_APPS

PORTAL_URL = os.environ.get("MANGPING_PORTAL_URL") or "http://127.0.0.1:8400"
_ADDRESS = urlsplit(PORTAL_URL)
_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")
_SAFE_HTTP = _ADDRESS.scheme == "http" and (_ADDRESS.hostname or "") in _THIS_MACHINE
BIND = f"127.0.0.1:{_ADDRESS.port or 8400}"

DEBUG = False
SECRET_KEY = SimpleLazyObject(lambda: derived_secrets("portal")[0])
SECRET_KEY_FALLBACKS = SimpleLazyObject(lambda: derived_secrets("portal")[1:])
ALLOWED_HOSTS = [*_THIS_MACHINE, *filter(None, [_ADDRESS.hostname])]
CSRF_TRUSTED_ORIGINS = [f"{_ADDRESS.scheme}://{_ADDRESS.netloc}"]

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "ninja",
    "portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portal.refusals.ErrorPages",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.access.NoStore",
    "portal.login.FirstPassword",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "portal.navigation.navigation",
            ]
        },
    }
]
# Threads of the server keep their connection; it is checked before it is used again.
DATABASES["default"]["CONN_MAX_AGE"] = 60

USE_I18N = True
LANGUAGES = [("zh-hans", "简体中文")]

STATIC_URL = "static/"
# Collecting copies would be one more step of an installation: the packages' own folders serve.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Their names do not change with their content, so browsers ask again soon.
WHITENOISE_MAX_AGE = 300

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Names typed at the login may be people's own: only their digest is kept, see portal.login.
AXES_USERNAME_CALLABLE = "portal.login.masked_username"
AXES_CLIENT_IP_CALLABLE = "portal.login.client_address"
AXES_SENSITIVE_PARAMETERS = ["username", "next", "csrfmiddlewaretoken"]
AXES_LOCKOUT_CALLABLE = "portal.login.locked_out"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

SESSION_COOKIE_NAME = "mangping-session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = not _SAFE_HTTP
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "mangping-csrf"
CSRF_COOKIE_SECURE = not _SAFE_HTTP
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "portal.refusals.csrf_failed"
# A proxy in front speaks https to the browsers; only it can reach the port, so it is believed.
SECURE_PROXY_SSL_HEADER: tuple[str, str] | None = (
    None if _SAFE_HTTP else ("HTTP_X_FORWARDED_PROTO", "https")
)
SECURE_SSL_REDIRECT = not _SAFE_HTTP
SECURE_HSTS_SECONDS = 0 if _SAFE_HTTP else 31_536_000
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Swagger's page and canvases draw small pictures of their own.
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# One piece of an upload is a request body (dossiers.services.uploads.CHUNK_BYTES, and a little).
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024 + 4096
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"places": {"()": "portal.logs.PlaceFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "places"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # They log who logs in, from where and with what; the audit chain has what is needed.
    "loggers": {"axes": {"level": "CRITICAL"}, "django.db.backends": {"level": "CRITICAL"}},
}
