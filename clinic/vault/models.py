"""The sealed index as it lies on disk: docs/metadata-budget.md lists these columns."""

from uuid import uuid4

from django.db import models


class IndexHead(models.Model):
    """One row per team, locked by whoever writes to its index."""

    team = models.UUIDField(primary_key=True, editable=False)
    organisation_id = models.UUIDField(editable=False)
    last_order = models.PositiveBigIntegerField(default=0)


class IndexState(models.Model):
    """Which segments count, which of their entries are gone, and how far changes were folded in."""

    team = models.UUIDField(primary_key=True, editable=False)
    organisation_id = models.UUIDField(editable=False)
    sealed = models.BinaryField()


class IndexSegment(models.Model):
    """What thousands of entries are found by. Written once, then only replaced."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation_id = models.UUIDField(editable=False)
    team = models.UUIDField(db_index=True, editable=False)
    head = models.BinaryField()
    names = models.BinaryField()


class IndexLines(models.Model):
    """The full entries of one stretch of a segment."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    segment = models.ForeignKey(IndexSegment, on_delete=models.CASCADE, related_name="lines")
    sealed = models.BinaryField()


class IndexChange(models.Model):
    """A put or a drop not yet folded in: sealed under the index key, or delivered from outside."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation_id = models.UUIDField(editable=False)
    team = models.UUIDField(db_index=True, editable=False)
    order = models.PositiveBigIntegerField()
    epoch = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "order"], name="one_change_per_order")]
