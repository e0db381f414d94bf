"""A case, its keys, and what every row that is sealed under them shares."""

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.accounts.models import Organisation, User
from clinic.vault import keyring, sealed
from clinic.vault.envelope import Scope


class Compartment(models.TextChoices):
    """Who may read: the case; intake and coordination; attorneys."""

    CASE = "case", _("The case")
    ADVOCATE = "advocate", _("Advocate notes")
    ATTORNEY = "attorney", _("Attorney notes")


class Stage(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    GIVEN = "given"
    CLOSED = "closed"


class CaseQuerySet(sealed.SealedQuerySet):
    def visible_to(self, user: User, *, on: date) -> "CaseQuerySet":
        """Cases with an access row for this person, or for a team that the keyring opened, on that day."""
        from .access import CaseTeamAccess, CaseUserAccess

        own = CaseUserAccess.objects.live(on).filter(user=user, permission__codename="open_case")
        teams = CaseTeamAccess.objects.live(on).filter(
            group__team__in=list(keyring.current().teams), permission__codename="open_case"
        )
        ids = own.values("content_object").union(teams.values("content_object"))
        return self.filter(organisation=user.organisation_id, id__in=ids)


class Case(sealed.SealedModel):
    """One person's matter. The reference ("K7-4F2Q") is what people say and write."""

    TABLE = "cases.case"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    public_key = models.BinaryField(default=b"", editable=False)
    purge_month = models.DateField(null=True, blank=True)

    reference = sealed.Text()
    stage = sealed.Choice(Stage, Stage.WAITING)
    walled = sealed.Flag()
    walled_why = sealed.Text()
    opened_on = sealed.Date()
    taken_by = sealed.Text()
    owner = sealed.Text()
    owner_name = sealed.Text()
    story = sealed.Text()
    urgent = sealed.Flag()
    urgent_why = sealed.Text()
    next_on = sealed.Date()
    next_what = sealed.Text()
    nudge = sealed.Text()
    keys_due = sealed.List()
    seed = sealed.Text()

    objects: ClassVar[Any] = CaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("open_case", "Can open the case"),
            ("consider_case", "Was offered the case"),
            ("open_advocate", "Can open advocate notes"),
            ("open_attorney", "Can open attorney notes"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def scope(self) -> Scope:
        return Scope(Compartment.CASE, self.id)

    def stored_generation(self) -> int | None:
        return generation_of(self.scope())


class CaseKey(models.Model):
    """One key of a case: which compartment, which generation, and the commitment that it must match."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="keys")
    compartment = models.CharField(max_length=8, choices=Compartment)
    generation = models.PositiveIntegerField(default=1)
    commitment = models.BinaryField(max_length=16)
    recovery_wrap = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "compartment"], name="one_key_per_compartment")
        ]


def generation_of(scope: Scope) -> int | None:
    """Of a case's compartment, as it is now."""
    keys = CaseKey.objects.filter(case=scope.id, compartment=scope.kind)
    return keys.values_list("generation", flat=True).first()


class CaseRow(sealed.SealedModel):
    """A row of a case, sealed under the key of the case itself unless it says otherwise."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE)

    class Meta:
        abstract = True

    def scope(self) -> Scope:
        return Scope(Compartment.CASE, self.case_id)

    def stored_generation(self) -> int | None:
        return generation_of(self.scope())
