"""Certification requests: to the agency and back, and one that nobody wants any more."""

import html
import re

from django.utils import timezone

from clinic.directory.models import Agency
from uvisa.crimes import SIMILAR_ACTIVITY

from .filling import boxes
from .people import People

MINNEAPOLIS = "minneapolis-police"
OURS = {"name": "Fictional Legal Clinic", "address": "1 Example Street", "telephone": "", "email": ""}
RULE = re.compile(r'href="(/directory/rules/[^"]+/confirm/)"')


class Certifying:
    def __init__(self, people: People) -> None:
        self.people, self.agency = people, str(Agency.objects.get(slug=MINNEAPOLIS).pk)

    def read_the_law(self) -> None:
        """Public facts, which stand plain: what stands in these forms is sent as it is."""
        ana, sol = self.people["ana"], self.people["sol"]
        ana.fill("/directory/letterhead/", **OURS)
        page = ana.get(f"/directory/agencies/{self.agency}/")
        ana.fill(
            page.path,
            **{name: html.unescape(one.value) for name, one in page.form().fields.items() if not one.options},
        )
        rule = RULE.findall(sol.get("/directory/agencies/").text)[0]
        sol.fill(rule)
        sol.submit(sol.get(rule), rule.replace("confirm", "take-back"))
        sol.fill(rule)

    def certify(self, case: str) -> None:
        """Sent back once, then sent, received, put right and answered: once by mistake."""
        ana, sol = self.people["ana"], self.people["sol"]
        made = self._made(case)
        self._ready(made)
        sol.fill(f"{made}send-back/")
        self._ready(made)
        sol.fill(f"{made}approve/")
        ana.get(f"{made}packet/")
        for move in ("sent/", "received/", "days/"):
            ana.fill(f"{made}{move}")
        ana.get("/certification/")
        answered = boxes("answered_on", timezone.localdate())
        ana.fill(f"{made}answer/", **answered)
        ana.fill(f"{made}take-back/")
        ana.fill(f"{made}answer/", **answered)

    def withdraw(self, case: str) -> None:
        self.people["ana"].fill(f"{self._made(case)}withdraw/")

    def _made(self, case: str) -> str:
        ana = self.people["ana"]
        made = ana.fill(f"/certification/{case}/new/", agency=self.agency).path
        ana.fill(f"{made}edit/", agency=self.agency, crimes=["felonious_assault", SIMILAR_ACTIVITY])
        return made

    def _ready(self, made: str) -> None:
        self.people["ana"].submit(self.people["ana"].get(made), f"{made}ready/")
