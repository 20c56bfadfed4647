"""Settings, driven by the environment: one file for demo, tests and production."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psycopg.conninfo
from csp.constants import NONE, SELF

from binzhi.config.secrets import load_secrets

HOME = Path(os.environ.get("BINZHI_HOME", "var")).absolute()
PORT = os.environ.get("BINZHI_PORT", "8000")
HOST = os.environ.get("BINZHI_HOST", "127.0.0.1")
DEBUG = os.environ.get("BINZHI_DEBUG", "") == "1"
# Where screens hear of changes: a path under this address (behind a proxy), or a port. Neither: they go and look.
BINZHI_LIVE_PATH = os.environ.get("BINZHI_LIVE_PATH", "")
BINZHI_LIVE_PORT = os.environ.get("BINZHI_LIVE_PORT", "")

_secrets = load_secrets(HOME / "secrets")
SECRET_KEY = _secrets.django
BINZHI_DATA_KEYS = _secrets.data_keys  # {key id: 32 bytes}; the highest id encrypts
BINZHI_INDEX_KEY = _secrets.index_key  # HMAC key of the blind indexes

ALLOWED_HOSTS = os.environ.get("BINZHI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("BINZHI_ORIGINS", "").split(",") if o]

CONTEXTS = [
    "binzhi.kernel",
    "binzhi.property",
    "binzhi.people",
    "binzhi.guests",
    "binzhi.billing",
    "binzhi.promises",
    "binzhi.reservations",
    "binzhi.vip",
    "binzhi.frontdesk",
    "binzhi.engagement",
    "binzhi.api",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    # Before allauth, so that our sign-in pages and elements are found first.
    *CONTEXTS,
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "ninja",
    "binzhi.config",
]
MIDDLEWARE = [
    "binzhi.api.middleware.TokenMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "binzhi.kernel.ui.searching.SearchMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "binzhi.people.middleware.StaffMiddleware",
]
ROOT_URLCONF = "binzhi.config.urls"
WSGI_APPLICATION = "binzhi.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "binzhi.kernel.ui.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"


_WAIT_SECONDS = 6  # That a request waits for a connection, as while the database is being started again.


def _database() -> dict[str, Any]:
    url = os.environ.get("BINZHI_DATABASE_URL", "")
    if not url:
        from binzhi.config.embedded import database_url

        url = database_url(HOME)
    info = psycopg.conninfo.conninfo_to_dict(url)
    options: dict[str, Any] = {
        "pool": {
            # Hot rows get slower with more connections: 4-8 per core is the measured optimum.
            "min_size": int(os.environ.get("BINZHI_POOL_MIN", "1")),
            "max_size": int(os.environ.get("BINZHI_POOL_MAX", "8")),
            "timeout": _WAIT_SECONDS,
            # Tries get rarer the longer they go on; given up, the next request begins with frequent ones.
            "reconnect_timeout": _WAIT_SECONDS,
        },
        "options": "-c lock_timeout=3000 -c idle_in_transaction_session_timeout=60000",
        "prepare_threshold": 2,
        "server_side_binding": True,
    }
    return {
        # Django's own with a pool that checks and unbinds its connections without a round trip.
        "ENGINE": "binzhi.kernel.postgres",
        "NAME": info.get("dbname", "binzhi"),
        "USER": info.get("user", ""),
        "PASSWORD": info.get("password", ""),
        "HOST": info.get("host", ""),
        "PORT": info.get("port", ""),
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "binzhi.people.adapter.AccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "login": "60/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Binzhi"
MFA_ADAPTER = "binzhi.people.adapter.MfaAdapter"

# Shared by all web processes, so that rate limits hold across them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
    }
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
_https = os.environ.get("BINZHI_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31536000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "binzhi.kernel.ui.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *([f"*:{BINZHI_LIVE_PORT}"] if BINZHI_LIVE_PORT and not BINZHI_LIVE_PATH else [])],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "binzhi_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = HOME / "media"

PROCRASTINATE_ON_APP_READY = "binzhi.config.wiring.on_app_ready"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "binzhi.kernel.logs.QuietFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # A stack trace of a database error quotes the failing row; the row may hold a name or a phone.
    "loggers": {"django.db.backends": {"level": "ERROR"}},
}
