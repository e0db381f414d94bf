"""What can go wrong with something sealed. Messages never carry content."""


class VaultError(Exception):
    """Any refusal of the vault."""


class Locked(VaultError):
    """The key for this is not in the current keyring."""


class Tampered(VaultError):
    """The one error for anything short, unknown, altered or moved."""


class Stale(VaultError):
    """Somebody saved this record after it was read."""


class Unsealed(VaultError):
    """A write would have lost or exposed a sealed change."""
