"""Somebody is invited, joins, changes what opens their account, loses it all, and leaves."""

from typing import Any

from .canaries import Canaries
from .handing_over import HandingOver
from .pages import backup_codes, shown_once
from .people import INVITED, People, code_of

GONE, NEVER_CAME = "gus", "hal"


class Staff:
    def __init__(self, people: People, canaries: Canaries) -> None:
        self.people, self.canaries = people, canaries
        self.handing = HandingOver(people, canaries)

    def come_and_go(self, case: str) -> None:
        """Whoever goes has this case by name until the end, and has written in it."""
        self.invite()
        self.change_teams()
        self.handing.give(case, GONE)
        self.handing.papers.write_and_upload(case, GONE)
        self.renew_papers()
        self.renew_phone()
        self.end_sessions()
        self.lose_everything()
        self.leave()
        self.renew_clinic_codes()

    def invite(self) -> None:
        """One invitation is taken back; the paper of the other is lost, and printed again."""
        ana = self.people["ana"]
        self.people.invite(NEVER_CAME, "intake")
        self.people.invite(GONE, "helper")
        for name, move in ((NEVER_CAME, "withdraw"), (GONE, "invite-again")):
            action = f"{self.people.id_of(name, INVITED)}/{move}/"
            page = ana.submit(ana.get("/people/"), action)
        self.people.join(GONE, shown_once(page.text)[0])
        self.people.complete()

    def change_teams(self) -> None:
        ana, person = self.people["ana"], self._person()
        ana.submit(ana.get(person), f"{person}role/", role="attorney")
        joins = next(form.action for form in ana.get(person).forms() if "/join-team/" in form.action)
        ana.submit(ana.get(person), joins)
        ana.fill(joins.replace("join-team", "leave-team"))

    def renew_papers(self) -> None:
        """Backup codes, recovery code, and two passphrases: one of ours, one of their own choice."""
        papers = self.people.papers(GONE)
        papers.backup_codes = backup_codes(self._renewed("/me/backup-codes/"))
        papers.recovery_code = shown_once(self._renewed("/me/recovery-code/"))[0]
        papers.passphrase = shown_once(self._renewed("/me/passphrase/"))[0]
        own = " ".join(self.canaries.word("a passphrase of their own choice") for _ in range(3))
        self._renewed("/me/passphrase/", new_passphrase=own, again=own)
        papers.passphrase = own

    def _renewed(self, path: str, **answers: Any) -> str:
        papers = self.people.papers(GONE)
        page = papers.browser.get(path)
        answers |= {"passphrase": papers.passphrase, "code": papers.backup_codes.pop()}
        return papers.browser.submit(page, **answers).text

    def renew_phone(self) -> None:
        key = shown_once(self._renewed("/me/new-phone/"))[0]
        self.people[GONE].fill("/me/new-phone/confirm/", code=code_of(key))

    def end_sessions(self) -> None:
        """A second browser's session is ended by the person, then another by a coordinator."""
        person, ana = self.people[GONE], self.people["ana"]
        self._second_browser()
        person.submit(person.get("/me/"), "/me/end-session/")
        self._second_browser()
        ana.submit(ana.get(self._person()), "/end-sessions/")

    def _second_browser(self) -> None:
        self.people.stranger().fill("/sign-in/", **self.people.both_factors(GONE))

    def lose_everything(self) -> None:
        """All but two papers: the recovery code and the backup codes."""
        papers, browser = self.people.papers(GONE), self.people.stranger()
        told: dict[str, Any] = {"recovery_code": papers.recovery_code, "code": papers.backup_codes.pop()}
        self.people.first_sign_in(GONE, browser, browser.submit(browser.get("/lost/"), name=GONE, **told))

    def leave(self) -> None:
        self.people["ana"].fill(f"{self._person()}leave-clinic/", hostile="on")

    def renew_clinic_codes(self) -> None:
        """Three new codes for the clinic, two of them typed from paper."""
        ana, papers = self.people["ana"], self.people.papers("ana")
        page = ana.get("/people/clinic-codes/")
        page = ana.submit(page, **_two(self.people.clinic_codes, code=papers.backup_codes.pop()))
        self.people.note_clinic_codes(shown_once(page.text))
        ana.submit(page, "/people/clinic-codes/new/", **_two(self.people.clinic_codes))

    def _person(self) -> str:
        return f"/people/{self.people.id_of(GONE)}/"


def _two(codes: list[str], **more: Any) -> dict[str, Any]:
    return {"one_code": codes[0], "other_code": codes[1], **more}
