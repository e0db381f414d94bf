"""A case goes from hand to hand, and behind a wall."""

from .browser import Page
from .canaries import Canaries
from .papers import Papers
from .people import People


class HandingOver:
    """Everything is ana's to decide but the wall, which is sol's."""

    def __init__(self, people: People, canaries: Canaries) -> None:
        self.people, self.papers = people, Papers(people, canaries)

    def give(self, case: str, to: str, how: str = "give") -> None:
        ana = self.people["ana"]
        page = ana.get(f"/referrals/{case}/give/")
        ana.fill(page.path, to=_choice(page, to), how=how)

    def received(self, case: str, name: str) -> None:
        """The new owner says "I have it"."""
        browser = self.people[name]
        browser.submit(browser.get("/"), f"/referrals/{case}/seen/")

    def accepted(self, case: str, name: str) -> None:
        self.give(case, name, "offer")
        self.people[name].get("/referrals/")
        self.people[name].fill(f"/referrals/{case}/accept/")

    def declined(self, case: str, name: str) -> None:
        self.give(case, name, "offer")
        self.people[name].fill(f"/referrals/{case}/decline/")

    def withdrawn(self, case: str, name: str) -> None:
        self.give(case, name, "offer")
        ana = self.people["ana"]
        ana.submit(ana.get(f"/referrals/{case}/give/"), "/withdraw/")

    def taken_back(self, case: str, name: str) -> None:
        """And sealed anew, since the person may use what they copied."""
        self.give(case, name)
        self.papers.write_and_upload(case, name)
        self.people["ana"].fill(f"/referrals/{case}/take-back/{self.people.id_of(name)}/", renew="yes")

    def walled(self, case: str, outside: str, inside: tuple[str, str]) -> None:
        """Around a case that somebody had until now, who wrote and uploaded there."""
        self.give(case, outside)
        self.papers.write_and_upload(case, outside)
        sol = self.people["sol"]
        page = sol.get(f"/cases/{case}/wall/")
        sol.fill(page.path, people=[_choice(page, name) for name in inside])
        for name in inside:
            self.papers.write_and_upload(case, name)


def _choice(page: Page, name: str) -> str:
    """The value of the button or box beside this person's name."""
    before, _, _ = page.text.partition(f" {name}")
    return before.rpartition('value="')[2].partition('"')[0]
