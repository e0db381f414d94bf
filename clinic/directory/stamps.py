"""Public rows have no `rev`: what was on the screen is known again by a digest of it."""

from collections.abc import Iterable
from hashlib import sha256

from django.db import models


def stamp_of(row: models.Model, names: Iterable[str]) -> str:
    """Differs with any of these attributes."""
    columns = (row._meta.get_field(name).attname for name in names)  # type: ignore[union-attr]
    told = [repr(getattr(row, column)) for column in columns]
    return sha256("\n".join(told).encode()).hexdigest()[:16]
