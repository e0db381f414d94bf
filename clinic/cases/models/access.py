"""The permission row is the key. Only clinic/cases/access.py and moving.py write these."""

from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from clinic.accounts.models import TeamEpoch, User

from .case import Case


def live_on(day: date, through: str = "") -> models.Q:
    """Access that has not ended by then; `through` is the way to its rows ("user_access__")."""
    return models.Q((f"{through}expires_on", None)) | models.Q((f"{through}expires_on__gte", day))


class AccessQuerySet(models.QuerySet[Any]):
    def live(self, on: date) -> "AccessQuerySet":
        return self.filter(live_on(on))


class CaseUserAccess(UserObjectPermissionBase):
    """One compartment of one case for one person, with the key in it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    content_object = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="user_access")
    wrapped_key = models.BinaryField()
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = AccessQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(UserObjectPermissionBase.Meta):
        constraints = [
            models.CheckConstraint(condition=~models.Q(wrapped_key=b""), name="user_access_has_key")
        ]


class CaseTeamAccess(GroupObjectPermissionBase):
    """One compartment of one case for one team, wrapped under the team's current epoch."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    content_object = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="team_access")
    epoch = models.ForeignKey(TeamEpoch, on_delete=models.PROTECT, related_name="case_access")
    wrapped_key = models.BinaryField()
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = AccessQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(GroupObjectPermissionBase.Meta):
        constraints = [
            models.CheckConstraint(condition=~models.Q(wrapped_key=b""), name="team_access_has_key")
        ]
