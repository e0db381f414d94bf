"""What Django would mail to ADMINS after an error. Nobody is named there: kept in files, to be searched."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils.log import AdminEmailHandler


class ReportHandler(AdminEmailHandler):
    def __init__(self) -> None:
        super().__init__(include_html=True)

    def send_mail(self, subject: object, message: object, *args: Any, **kwargs: Any) -> None:
        told = f"{subject}\n\n{message}\n\n{kwargs.get('html_message')}"
        Path(os.environ["PROOF_SCENE"], "reports", uuid4().hex).write_text(told, encoding="utf-8")
