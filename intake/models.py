"""Calls that are being taken."""

import json
from typing import Any

from django.db import models

from clinic.accounts.models import Organisation, User
from clinic.vault import sealed
from clinic.vault.envelope import Scope
from clinic.vault.errors import Tampered

Typed = dict[str, Any]


class DraftQuerySet(sealed.SealedQuerySet):
    def visible_to(self, user: User) -> "DraftQuerySet":
        """One's own: nobody else has the key."""
        return self.filter(organisation=user.organisation_id, user=user)


class Draft(sealed.SealedModel):
    """All that was typed in one call, sealed for its writer alone. Its id becomes the case's id."""

    TABLE = "intake.draft"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")

    started_at = sealed.Moment()
    form = sealed.Text()
    page = sealed.Text()

    objects = DraftQuerySet.as_manager()  # type: ignore[misc]

    def scope(self) -> Scope:
        return Scope("own", self.user_id)

    @property
    def typed(self) -> Typed:
        """Answers by field name, as the boxes on the page hold them."""
        return dict(json.loads(self.form)) if self.form else {}

    def take(self, typed: Typed) -> None:
        self.form = json.dumps(typed, ensure_ascii=False, sort_keys=True)

    @property
    def is_damaged(self) -> bool:
        try:
            self.opened()
        except Tampered:
            return True
        return False

    @property
    def name(self) -> str:
        if self.is_damaged:
            return ""
        parts = (self.typed.get("client_given_names"), self.typed.get("client_family_names"))
        return " ".join(part.strip() for part in parts if part and part.strip())


def drafts_of(user: User) -> list[Draft]:
    """The calls this person has not logged yet, in the order they came; damaged ones last."""
    return sorted(Draft.objects.visible_to(user), key=_started)


def _started(draft: Draft) -> tuple[bool, str]:
    return (True, "") if draft.is_damaged else (False, draft.opened().get("started_at", ""))
