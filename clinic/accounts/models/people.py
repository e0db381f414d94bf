"""The clinic and the people who work in it. Plain columns: docs/metadata-budget.md."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """One clinic. Every row of every table belongs to one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    recovery_public_key = models.BinaryField(max_length=1216, editable=False)
    recovery_sealed = models.BinaryField(max_length=372, editable=False)
    recovery_pin = models.BinaryField(default=b"", editable=False)

    def __str__(self) -> str:
        return str(self.id)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(sign_in_name=username)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A person who works here. Opening the Identity is the password check.

    `password` holds an opaque id that changes whenever the Identity is sealed anew.
    `pin` is sealed for the person alone: the last team "everyone" they knew to be true.
    """

    is_superuser = False
    last_login = None
    user_permissions = None  # type: ignore[assignment]

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="users")
    sign_in_name = models.CharField(_("sign-in name"), max_length=60, unique=True)
    email = models.EmailField(_("e-mail"))
    is_active = models.BooleanField(default=True)
    public_key = models.BinaryField(max_length=1248, default=b"", editable=False)
    salt = models.BinaryField(max_length=16, default=b"", editable=False)
    identity_sealed = models.BinaryField(default=b"", editable=False)
    identity_by_code = models.BinaryField(default=b"", editable=False)
    pin = models.BinaryField(default=b"", editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "sign_in_name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.sign_in_name


class RosterEntry(models.Model):
    """Who and what is believed: public keys, roles and team keys, sealed under the roster key."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="roster")
    subject = models.UUIDField(unique=True)
    sealed = models.BinaryField(editable=False)


class PendingGrant(models.Model):
    """An invitation: signed by the granter over an invite key, completed by any holder.

    `terms` (name, role, teams) are sealed to the team "everyone"; `introduction` is sealed under the
    invite code and tells the newcomer which team "everyone" is the true one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="pending_grants")
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="pending_grant")
    granted_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants_given")
    invite_public_key = models.BinaryField(max_length=32)
    terms = models.BinaryField()
    introduction = models.BinaryField()
    signature = models.BinaryField(max_length=64)
    newcomer_signature = models.BinaryField(max_length=64, default=b"")
    expires_on = models.DateField()
