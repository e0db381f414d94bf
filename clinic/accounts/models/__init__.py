from .devices import BackupCode, BackupDevice, SealedTotp
from .nudges import Nudge, NudgeMail
from .people import Organisation, PendingGrant, RosterEntry, User
from .sessions import Session
from .teams import Purpose, Team, TeamEpoch, TeamMembership

__all__ = [
    "BackupCode",
    "BackupDevice",
    "Nudge",
    "NudgeMail",
    "Organisation",
    "PendingGrant",
    "Purpose",
    "RosterEntry",
    "SealedTotp",
    "Session",
    "Team",
    "TeamEpoch",
    "TeamMembership",
    "User",
]
