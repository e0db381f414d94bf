"""The whole proof, and what it comes to."""

from dataclasses import dataclass

from .encodings import COMPRESSED, ENCODINGS
from .scene import Living, Scene, ask_thief, living, scene
from .search import Search
from .stores import Searched, look_through, stores
from .thief.robbery import Attempt

THEFT = "ben"  # whose passphrase the thief gets


@dataclass
class Proof:
    canaries: dict[str, str]
    patterns: int
    requests: int
    nameless: int
    walked: list[str]
    boxes: list[str]
    written: list[str]
    searched: list[Searched]
    signed_in: list[str]
    nothing: Attempt
    one: Attempt

    @property
    def encodings(self) -> list[str]:
        return [*ENCODINGS, COMPRESSED]

    @property
    def faults(self) -> list[str]:
        """Why the clinic cannot be called sealed; none, one hopes."""
        told = [f"found in: {one.store}" for one in self.searched if one.finds]
        told += [f"opened without a passphrase: {what}" for what in self.nothing.wrong]
        told += [f"one passphrase, and not as its access rows say: {what}" for what in self.one.wrong]
        if self.nameless:
            told.append(f"temporary files that nobody could look into: {self.nameless}")
        if not self.signed_in:
            told.append("nobody was signed in while we looked")
        return told


def prove() -> Proof:
    with scene() as where, living(where) as clinic:
        return look(where, clinic)


def look(where: Scene, clinic: Living) -> Proof:
    search = Search(clinic.canaries)
    found = [look_through(store, search) for store in stores(where.database, where.folders)]
    told = ask_thief(where, {"name": THEFT, "passphrase": clinic.passphrase})
    nothing, one = (Attempt(**attempt) for attempt in told)
    return Proof(
        clinic.canaries,
        search.patterns,
        clinic.requests,
        clinic.nameless,
        clinic.walked,
        clinic.boxes,
        clinic.written,
        found,
        clinic.end(),
        nothing,
        one,
    )
