from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from .people import User


class Session(AbstractBaseSession):
    """A session names its user, so that it can be listed and ended. It opens nothing by itself."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")

    @classmethod
    def get_session_store_class(cls):  # type: ignore[no-untyped-def]
        from clinic.accounts.sessions import SessionStore

        return SessionStore
