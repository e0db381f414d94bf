"""A sealed record of 20 fields, beside 20 fields that are each sealed on their own."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from uuid import uuid4

from django.apps.registry import Apps
from django.db import connection

from clinic.vault import sealed
from clinic.vault.envelope import Box, Scope
from clinic.vault.keyring import current

from .ground import Ground
from .lines import Line, Thunk, interleaved

FIELDS = 20
AT_ONCE = 20
TEXT = "Fictional answer no. "
OPENS, TIMES = 15.0, 10.0


class Record(sealed.SealedModel):
    """20 attributes. In a registry of its own: no table, and no walk over the clinic's models meets it."""

    TABLE = "bench.record"
    organisation_id = uuid4()

    class Meta:
        app_label = "bench"
        apps = Apps()

    def scope(self) -> Scope:
        return Scope("case", self.id)


for number in range(FIELDS):
    attribute = sealed.Text()
    attribute.__set_name__(Record, f"answer_{number}")
    setattr(Record, attribute.name, attribute)
    Record.attributes[attribute.name] = attribute


def lines(ground: Ground) -> Iterator[Line]:
    with ground.cast.acting("ana"):
        things: dict[str, Thunk] = {"record": _record()}
        if find_spec("encrypted_fields"):
            things["fields"] = _fields()
        took = interleaved(ground.scale.opens // AT_ONCE, **things)
    opened, working = took["record"].middle(1e6 / AT_ONCE)
    yield Line("record", "a sealed record of 20 fields opens", opened, "µs", OPENS, working=working)
    what = "faster than 20 fields of django-fernet-encrypted-fields"
    if "fields" not in took:
        note = "not installed: it is in the extra “bench”"
        yield Line("record", what, None, "×", TIMES, at_least=True, note=note)
        return
    note = f"{took['fields'].middle(1e6 / AT_ONCE)[0]:.0f} µs"
    times, working = took["fields"].ratio(took["record"])
    yield Line("record", what, times, "×", TIMES, at_least=True, note=note, working=working)


def _record() -> Thunk:
    row = Record(**{name: f"{TEXT}{name}" for name in Record.attributes})
    current().add(row.scope(), Box(os.urandom(32), 1))
    row.seal()
    row._state.adding = False

    def open_it() -> None:
        for _ in range(AT_ONCE):
            del row.__dict__["_payload"]
            row.opened()

    return open_it


def _fields() -> Thunk:
    """As Django opens a row that it has read."""
    from encrypted_fields.fields import EncryptedTextField

    field = EncryptedTextField()
    names = count()
    values = [field.get_db_prep_value(f"{TEXT}{next(names)}", connection) for _ in range(FIELDS)]

    def open_them() -> None:
        for _ in range(AT_ONCE):
            for value in values:
                field.from_db_value(value, None, connection)

    return open_them
