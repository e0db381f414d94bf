"""The two attempts: with nothing but what was stolen, and with one person's passphrase besides."""

from dataclasses import dataclass

from clinic.accounts import identities
from clinic.accounts.models import User
from clinic.vault.errors import VaultError

from .expected import owners_for
from .guesses import COMMON, guesses
from .opening import FILES, Haul, everything, of_identity, try_keys


@dataclass(frozen=True, slots=True)
class Attempt:
    """`wrong`: what opened and should not, or should have and did not, by column."""

    columns: dict[str, tuple[int, int]]
    keys: int
    wrong: list[str]

    @property
    def opened(self) -> int:
        return sum(opened for _there, opened in self.columns.values())

    @property
    def there(self) -> int:
        return sum(there for there, _opened in self.columns.values())


def with_nothing() -> Attempt:
    haul, found = everything(), guesses()
    keys = len(found.keys) + len(found.seeds)
    try_keys(haul, found)
    wrong = [name for name, (_there, opened) in haul.by_column().items() if opened]
    wrong += [f"the passphrase of {user} is a common one" for user in guessed()]
    return Attempt(haul.by_column(), keys, wrong)


def guessed() -> list[User]:
    """Whose passphrase is one that everybody tries first."""
    return [user for user in User.objects.all() if any(_is(user, phrase) for phrase in COMMON)]


def _is(user: User, phrase: str) -> bool:
    try:
        identities.open_identity(user, phrase)
    except VaultError:
        return False
    return True


def with_passphrase(user: User, passphrase: str) -> Attempt:
    """Exactly what the access rows say that this person may open."""
    haul, found = everything(), of_identity(identities.open_identity(user, passphrase))
    keys = len(found.keys) + len(found.seeds)
    try_keys(haul, found)
    _opened_by_passphrase(haul, user)
    return Attempt(haul.by_column(), keys, _differs(haul, user))


def _opened_by_passphrase(haul: Haul, user: User) -> None:
    for number, target in enumerate(haul.targets):
        if target.column == "accounts.User.identity_sealed" and target.row == user.pk:
            haul.opened[number] = b""


def _differs(haul: Haul, user: User) -> list[str]:
    owners, wrong = owners_for(user), []
    for number, target in enumerate(haul.targets):
        if (number in haul.opened) != (target.owner in owners):
            wrong.append(f"{target.column} for {target.owner.kind}")
    for file, owner in haul.files.items():
        if (file in haul.opened_files) != (owner in owners):
            wrong.append(f"{FILES} for {owner.kind}")
    return wrong
