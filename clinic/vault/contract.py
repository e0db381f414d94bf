"""Labels that stand inside every sealed thing. They are owned by the code and never change.

A test walks the models and fails where one is missing here, and pins the bytes that they give.
"""

RECORDS = frozenset(
    {
        "accounts.organisation",
        "accounts.roster",
        "accounts.team_epoch",
        "accounts.user",
        "audit.event",
        "cases.case",
        "cases.detention",
        "cases.document",
        "cases.note",
        "cases.person",
        "intake.draft",
        "referrals.referral",
        "uvisa.request",
        "vault.change",
        "vault.lines",
        "vault.segment",
        "vault.state",
    }
)
SLOTS = frozenset({"record", "earlier", "head", "names", "pin"})
SCOPES = frozenset({"advocate", "attorney", "case", "event", "index", "own", "recovery", "roster", "team"})
WRAPS = frozenset({"advocate", "attorney", "case", "event", "everyone", "offer", "team"})
# What keys are derived for, and what hashes, signatures and ciphertexts are bound to ("clinic/1/…").
KEYS = frozenset(
    {
        "access",
        "backup",
        "commit",
        "earlier",
        "index",
        "introduction",
        "invite",
        "kek",
        "otp",
        "own",
        "pin",
        "recovery",
        "roster",
        "seed",
        "throttle",
    }
)
CONTEXTS = frozenset(
    {
        "access",
        "delivery",
        "event",
        "file",
        "grant",
        "identity",
        "identity-secret",
        "kept",
        "newcomer",
        "pair-secret",
        "personal-code",
        "public",
        "record",
        "recovery",
        "self-test",
        "session",
        "session-handle",
        "terms",
        "totp",
        "user",
        "wrap",
    }
)
