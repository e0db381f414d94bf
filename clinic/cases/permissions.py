"""`user.has_perm("cases.open_case", case)`: guardian's rows, with expiry and activity honoured."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils import timezone
from guardian.backends import ObjectPermissionBackend

from clinic.accounts.models import User
from clinic.vault.errors import Locked
from clinic.vault.keyring import current

from .models import Case, CaseTeamAccess, CaseUserAccess


class CasePermissionBackend(ObjectPermissionBackend):
    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        return perm in self.get_all_permissions(user_obj, obj)

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """Names like "cases.open_case". Nothing without an object, for anyone."""
        if not isinstance(obj, Case) or not isinstance(user_obj, User) or not user_obj.is_active:
            return set()
        return {f"cases.{codename}" for codename in _codenames(user_obj, obj)}


def _codenames(user: User, case: Case) -> set[str]:
    today = timezone.localdate()
    own = CaseUserAccess.objects.live(today).filter(user=user, content_object=case)
    shared = CaseTeamAccess.objects.live(today).filter(content_object=case, **_teams_of(user))
    found: set[Any] = set(own.values_list("permission__codename", flat=True))
    return found | set(shared.values_list("permission__codename", flat=True))


def _teams_of(user: User) -> dict[str, Any]:
    """The teams that the keyring opened; without a keyring of this person, their membership rows."""
    try:
        ring = current()
    except Locked:
        ring = None
    if ring and ring.user == user.pk:
        return {"group__team__in": list(ring.teams)}
    return {"epoch__memberships__user": user}
