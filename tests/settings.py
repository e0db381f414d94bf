"""The environment the tests run in; every setting itself is in clinic/settings.py."""

import os

# In memory, as the boot secret must be; tests/conftest.py makes the folder and removes it.
# Workers and commands that a test starts share what they were given.
scratch = os.environ.setdefault("CLINIC_TEST_SCRATCH", f"/dev/shm/legal-clinic-tests-{os.getpid()}")

os.environ.update(
    CLINIC_TESTING="1",
    SECRET_KEY="for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    PEPPER="for-tests-only-0123456789-abcdefghijkl",
    ARGON2_MEMORY_KIB="64",
    ARGON2_PASSES="1",
)
os.environ.setdefault("BOOT_DIR", f"{scratch}/boot")
os.environ.setdefault("MEDIA_ROOT", f"{scratch}/media")
os.environ.setdefault("STATIC_ROOT", f"{scratch}/static")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{scratch}/clinic.sqlite3")

from clinic.settings import *  # noqa: E402, F403
from clinic.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not Django's usual in-memory database: its log and its locks are part of what is tested.
    DATABASES["default"]["TEST"] = {"NAME": f"{scratch}/test.sqlite3"}
