"""Keeps a copy of every temporary file that the program deletes, so that it can be searched too."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4


class Watch:
    """Sees files that Python opens and removes; not what a C library does by itself."""

    def __init__(self, temp: Path, kept: Path) -> None:
        self._temp, self._kept = str(temp), kept
        self.nameless = 0  # files without a name: nobody can look into them

    def start(self) -> None:
        """Until the process ends: Python takes no hook back."""
        sys.addaudithook(self._saw)

    def _saw(self, event: str, told: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(told[2], int) and told[2] & os.O_TMPFILE == os.O_TMPFILE:
            self.nameless += 1
        elif event == "os.remove" and os.fsdecode(told[0]).startswith(self._temp):
            self._keep(os.fsdecode(told[0]))

    def _keep(self, path: str) -> None:
        if os.path.isfile(path):
            shutil.copyfile(path, self._kept / uuid4().hex)
