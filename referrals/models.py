"""To whom a case went, or was offered."""

from datetime import date
from uuid import UUID

from clinic.cases.models import CaseRow
from clinic.vault import sealed

from .rules import How, Reason, Status


class Referral(CaseRow):
    """One offer or gift of a case to one person. The access row holds the key; this is its history."""

    TABLE = "referrals.referral"

    to = sealed.Text()
    to_name = sealed.Text()
    by_name = sealed.Text()
    how = sealed.Choice(How, How.GIVE)
    status = sealed.Choice(Status, Status.OPEN)
    made_on = sealed.Date()
    until = sealed.Date()
    answered_on = sealed.Date()
    reason = sealed.Text()
    nudge = sealed.Text()

    def end(self, status: Status, *, on: date, reason: Reason | None = None) -> UUID | None:
        """Moves it on; gives the id of the nudge that is no longer needed."""
        self.status, self.answered_on, self.reason = status, on, reason.value if reason else ""
        nudge, self.nudge = self.nudge, ""
        return UUID(nudge) if nudge else None
