"""Every setting, its value from the environment (clinic/env.py). What is unsafe refuses to start."""

import logging
import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from clinic import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# Three ways to loosen things, each only for this machine: a fictional clinic, a developer, the tests.
DEMO = env.flag("CLINIC_DEMO")
DEBUG = env.flag("DEBUG")
TESTING = env.flag("CLINIC_TESTING")
PRODUCTION = not (DEMO or DEBUG or TESTING)

LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else ",".join(LOCAL_HOSTS))
if not PRODUCTION and not set(ALLOWED_HOSTS) <= set(LOCAL_HOSTS):
    raise ImproperlyConfigured("CLINIC_DEMO, DEBUG and CLINIC_TESTING serve localhost only.")
if PRODUCTION and (not ALLOWED_HOSTS or any("*" in host for host in ALLOWED_HOSTS)):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the clinic's own host names, without *.")

# SECRET_KEY signs and derives no key; PEPPER takes part in every passphrase's derivation.
SECRET_KEY = env.secret("SECRET_KEY", at_least=50)
PEPPER = env.secret("PEPPER", at_least=32).encode()
if PEPPER == SECRET_KEY.encode():
    raise ImproperlyConfigured("PEPPER and SECRET_KEY must differ.")

# Cost of one passphrase derivation (Argon2id, one lane): KiB and passes.
ARGON2_FLOOR, ARGON2_CEILING = (64 * 1024, 3), (1024 * 1024, 16)
ARGON2_MEMORY_KIB = env.number("ARGON2_MEMORY_KIB", ARGON2_FLOOR[0])
ARGON2_PASSES = env.number("ARGON2_PASSES", ARGON2_FLOOR[1])
if TESTING:
    ARGON2_FLOOR = (ARGON2_MEMORY_KIB, ARGON2_PASSES)
if ARGON2_MEMORY_KIB < ARGON2_FLOOR[0] or ARGON2_PASSES < ARGON2_FLOOR[1]:
    raise ImproperlyConfigured("ARGON2_MEMORY_KIB and ARGON2_PASSES may be raised, never lowered.")
if ARGON2_MEMORY_KIB > ARGON2_CEILING[0] or ARGON2_PASSES > ARGON2_CEILING[1]:
    raise ImproperlyConfigured("ARGON2_MEMORY_KIB and ARGON2_PASSES may be 1048576 and 16 at most.")

# Must lie in memory: the boot secret and the sign-in throttle are gone when the machine is off.
BOOT_DIR = Path(env.text("BOOT_DIR", f"/dev/shm/legal-clinic-{os.getuid()}"))  # noqa: S108
BOOT_DIR_ANYWHERE = env.flag("BOOT_DIR_ANYWHERE")
if PRODUCTION and BOOT_DIR_ANYWHERE:
    raise ImproperlyConfigured("BOOT_DIR_ANYWHERE would leave on a disk what must be gone at power-off.")
# Sealed files only.
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR_DIR / "media")))

DATABASES = {"default": env.database(env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'clinic.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

INSTALLED_APPS = [
    "clinic.accounts",  # before Django's own: its createsuperuser and changepassword refuse
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guardian",
    "django_otp",
    "csp",
    "clinic",
    "clinic.vault",
    "clinic.audit",
    "clinic.directory",
    "clinic.cases",
    "intake",
    "referrals",
    "uvisa",
    "clinic.desk",
]

MIDDLEWARE = [
    "clinic.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "clinic.middleware.PrivateResponseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clinic.accounts.middleware.KeyringMiddleware",
    # Before the CSRF check, which reads the form: nothing an anonymous stranger uploads is parsed.
    "clinic.accounts.middleware.DoorMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.accounts.context.clinic",
            ]
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "clinic.accounts.backends.IdentityBackend",
    "clinic.cases.permissions.CasePermissionBackend",
]
LOGIN_URL = "accounts:sign_in"
ANONYMOUS_USER_NAME = None  # guardian: no row stands for "nobody"
GUARDIAN_MONKEY_PATCH_USER = False
# guardian.W001 asks for guardian's own backend; ours is a subclass of it that honours expiry.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

SESSION_ENGINE = "clinic.accounts.sessions"
SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_FAILURE_VIEW = "clinic.accounts.views.forged.forged"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_AGE = None
# In the browser, not in the session table: a message may name a case.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of our own stand before us; each adds one address to X-Forwarded-For.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Sealed as it arrives: Django's own handlers would write plain text to a temporary file.
FILE_UPLOAD_HANDLERS = ["clinic.vault.files.SealingUploadHandler"]
UPLOAD_LIMIT = env.number("UPLOAD_LIMIT", 25 * 1024 * 1024)  # bytes, of one file
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 10

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
WHITENOISE_ALLOW_ALL_ORIGINS = False
_STATIC_BACKEND = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if TESTING
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_BACKEND},
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "America/Chicago")

# Constant texts only, to staff. The demo writes them to files instead of sending them.
EMAIL_BACKEND = f"django.core.mail.backends.{'filebased' if DEMO else 'smtp'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "clinic@localhost")
ADMINS: list[tuple[str, str]] = []  # error mail would carry form fields and cookies

# Logs and error reports say where, never what (clinic/logs.py).
DEFAULT_EXCEPTION_REPORTER = "clinic.logs.QuietExceptionReporter"
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "clinic.logs.QuietFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
logging.raiseExceptions = False  # a handler that fails would print the record's arguments
if not TESTING:
    logging.captureWarnings(True)
