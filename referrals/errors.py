from .rules import Refusal
from .words import REFUSALS


class Refused(Exception):
    """A case cannot go that way. `str()` is the sentence to show."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal

    def __str__(self) -> str:
        return str(REFUSALS[self.refusal])
