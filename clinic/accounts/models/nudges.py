"""A promise with a day. No case, no reason."""

from uuid import uuid4

from django.db import models

from .people import User


class Nudge(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    day = models.DateField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="nudges")
    urgent = models.BooleanField(default=False)
    told_on = models.DateField(null=True)


class NudgeMail(models.Model):
    """How many constant mails one person got on one day: one plain, three urgent at most."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    day = models.DateField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="nudge_mails")
    plain = models.PositiveSmallIntegerField(default=0)
    urgent = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "user"], name="one_tally_per_person_and_day")]
