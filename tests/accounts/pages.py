"""What the pages of accounts answer, as text."""

import re
from typing import Any

from django.test import Client

SECRET = re.compile(r'class="once__secret"[^>]*><bdi>([^<]*)</bdi>')


def text(response: Any) -> Any:
    return response.content.decode()


def get(client: Client, path: str) -> Any:
    return text(client.get(path, secure=True))
