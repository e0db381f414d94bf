"""The settings of the throw-away clinic: the clinic's own, with every store in one folder.

What may be turned up is: whatever logs, caches, mails or reports an error does so into searched files.
"""

import os
from pathlib import Path

from clinic.settings import *  # noqa: F403
from clinic.settings import STORAGES

SCENE = Path(os.environ["PROOF_SCENE"])

ALLOWED_HOSTS = ["localhost"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = SCENE / "mails"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": SCENE / "caches",
    }
}
# Nothing is collected for a clinic of a minute.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "clinic.logs.QuietFormatter"}},
    "handlers": {
        "file": {
            "class": "logging.FileHandler",
            "filename": SCENE / "logs" / "clinic.log",
            "formatter": "quiet",
            "delay": True,
        },
        "reports": {"class": "clinic.proof.reports.ReportHandler", "level": "ERROR"},
    },
    "root": {"handlers": ["file", "reports"], "level": "DEBUG"},
    "loggers": {
        name: {"handlers": [], "level": "DEBUG", "propagate": True}
        for name in ("django", "django.db.backends", "django.server", "django.request", "django.template")
    },
}
