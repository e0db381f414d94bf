"""Teams are Django groups one to one; a membership is the wrapped team secret."""

from uuid import uuid4

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import Organisation, User


class Purpose(models.TextChoices):
    EVERYONE = "everyone", _("Everyone")
    INTAKE = "intake", _("Intake")
    COORDINATION = "coordination", _("Coordination")
    SUPERVISING = "supervising", _("Supervising attorneys")
    OTHER = "other", _("Other")


class Team(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="teams")
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="team")
    purpose = models.CharField(max_length=12, choices=Purpose)
    current_epoch = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "purpose"],
                condition=~models.Q(purpose="other"),
                name="one_team_per_purpose",
            )
        ]

    def __str__(self) -> str:
        return str(Purpose(self.purpose).label)


class TeamEpoch(models.Model):
    """One secret of one team, until somebody leaves."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="epochs")
    number = models.PositiveIntegerField()
    commitment = models.BinaryField(max_length=16)
    public_key = models.BinaryField(max_length=1216)
    earlier_seeds = models.BinaryField()
    recovery_wrap = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="one_epoch_per_number")]


class TeamMembership(models.Model):
    """The team secret, wrapped to one member's public key. No row, no team."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    epoch = models.ForeignKey(TeamEpoch, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    wrapped_secret = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["epoch", "user"], name="one_membership_per_person"),
            models.CheckConstraint(condition=~models.Q(wrapped_secret=b""), name="membership_has_key"),
        ]
