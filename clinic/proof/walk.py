"""A day in the throw-away clinic: from a phone call to a certification packet, and what goes wrong."""

import sys

from django.core.management import call_command

from .canaries import Canaries
from .certifying import Certifying
from .faults import Faults
from .handing_over import HandingOver
from .papers import Papers
from .people import People, token
from .staff import Staff

PAGES = (
    "/",
    "/cases/",
    "/cases/search/",
    "/certification/",
    "/me/",
    "/people/",
    "/promise/",
    "/record/",
    "/record/checks/",
)


class Walk:
    def __init__(self, people: People, canaries: Canaries) -> None:
        self.people, self.canaries = people, canaries

    def everything(self) -> None:
        """Seven cases. ben has the first and the fifth, and is asked about the second; a wall keeps him
        out of the seventh. dee had the third, somebody who left the sixth; the fourth waits.
        """
        first, second, third, _waiting, fifth, sixth, seventh = (self.call() for _ in range(7))
        self.throw_away()
        self.find_and_edit(first)
        self.hand_over(first, second, third, fifth)
        self.certify(first)
        Staff(self.people, self.canaries).come_and_go(sixth)
        HandingOver(self.people, self.canaries).walled(seventh, "ben", ("sol", "dee"))
        Faults(self.people, self.canaries).everything(first)
        self.read_lists()
        self.sign_out()
        call_command("timer", stdout=sys.stderr)

    # A call ------------------------------------------------------------------

    def call(self) -> str:
        """chi takes it; gives the id of the case."""
        chi = self.people["chi"]
        draft = chi.submit(chi.get("/intake/call/"), "/intake/call/")
        chi.submit(draft, sent_to=f"{draft.path}autosave/")
        draft = chi.submit(chi.get(draft.path), find="1")
        finish = f"{draft.path}finish/"
        logged = chi.submit(chi.get(draft.path), sent_to=finish, find_known="", caller_no_way_back=None)
        chi.get("/intake/waiting/")
        return logged.path.split("/")[-2]

    def throw_away(self) -> None:
        chi = self.people["chi"]
        draft = chi.submit(chi.get("/intake/call/"), "/intake/call/")
        chi.submit(draft, sent_to=f"{draft.path}autosave/")
        chi.fill(f"{draft.path}discard/")

    def find_and_edit(self, case: str) -> None:
        ana = self.people["ana"]
        for path in ("/", "/intake/waiting/", "/cases/", f"/cases/{case}/"):
            ana.get(path)
        ana.submit(ana.get("/"), "/cases/search/", q=self._client_name())
        ana.fill(f"/cases/{case}/edit/", caller_no_way_back=None)

    def _client_name(self) -> str:
        names = [text for text, where in self.canaries.known.items() if "client_family_names" in where]
        return names[0]

    # From hand to hand -------------------------------------------------------

    def hand_over(self, first: str, second: str, third: str, fifth: str) -> None:
        handing, papers = HandingOver(self.people, self.canaries), Papers(self.people, self.canaries)
        handing.give(first, "ben")
        handing.received(first, "ben")
        handing.give(second, "ben", "offer")
        handing.taken_back(third, "dee")
        handing.declined(fifth, "dee")
        handing.withdrawn(fifth, "dee")
        handing.accepted(fifth, "ben")
        for name in ("ben", "ana"):
            papers.write_and_upload(first, name)

    def certify(self, case: str) -> None:
        certifying = Certifying(self.people)
        certifying.read_the_law()
        certifying.certify(case)
        certifying.withdraw(case)

    def read_lists(self) -> None:
        for name in ("ana", "sol"):
            for path in PAGES:
                self.people[name].get(path, good={200, 302, 403})
        self.people["ana"].send("/stop-reminders/", token(self.people["ana"].get("/me/")))

    def sign_out(self) -> None:
        dee = self.people["dee"]
        dee.submit(dee.get("/me/"), "/sign-out/")
