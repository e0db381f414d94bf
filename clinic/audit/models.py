"""The record of who did what. Plain columns: docs/metadata-budget.md."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.accounts.models import Organisation


class AuditEvent(models.Model):
    """One thing that was done, sealed under a key of its own, chained to the one before by `hash`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveBigIntegerField()
    day = models.DateField()
    commitment = models.BinaryField(max_length=16)
    sealed = models.BinaryField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sequence"], name="one_event_per_number")
        ]


class AuditKeyWrap(models.Model):
    """The key of one event for one holder. Outside the chain, so that keys can change and the chain stays."""

    class Kind(models.TextChoices):
        CASE = "case", _("Those who hold the case")
        TEAM = "team", _("A team")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    event = models.ForeignKey(AuditEvent, on_delete=models.CASCADE, related_name="wraps")
    kind = models.CharField(max_length=4, choices=Kind)
    holder = models.UUIDField()
    generation = models.PositiveIntegerField()
    delivered = models.BooleanField(default=False)
    wrap = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "event"], name="one_wrap_per_holder"),
            models.CheckConstraint(condition=~models.Q(wrap=b""), name="audit_wrap_has_key"),
        ]
        indexes = [
            models.Index(fields=["holder"], condition=models.Q(delivered=True), name="delivered_audit_wraps")
        ]


class AuditHead(models.Model):
    """The end of the chain, locked last by whoever writes to it."""

    organisation = models.OneToOneField(
        Organisation, primary_key=True, on_delete=models.PROTECT, related_name="audit_head"
    )
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=bytes(32))
