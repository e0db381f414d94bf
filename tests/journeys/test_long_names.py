"""Names of sixty letters without a space, as there are: no page scrolls sideways because of one."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.cases.actions import set_next
from tests.cases_builders import give, make_case, offer, open_case
from tests.journeys import album
from tests.journeys.people import NARROW, Mode
from tests.uvisa import build

LONG = "Beispielhausenbergerdorffwelchevoralternwarengewissenhaftigen"


@pytest.fixture
def pages(cast) -> dict[str, list[str]]:
    """Where each reader meets one."""
    long: dict[str, Any] = {"given_names": LONG, "family_names": LONG, "held_at": LONG, "other_names": [LONG]}
    given, offered, waiting = (make_case(cast, **long, urgent=True, urgent_why=LONG) for _case in range(3))
    give(cast, given, cast.ben)
    offer(cast, offered, cast.ben)
    with cast.acting(cast.ben):
        set_next(case=open_case(given), on=timezone.localdate(), what=LONG, by=cast.ben)
    request = build.make_request(cast, given, case_number=LONG, crime_place=LONG, similar=LONG)
    held = [reverse(name, args=[given.pk]) for name in ("cases:case", "cases:edit", "cases:next_step")]
    asked = [build.url(request), build.url(request, "edit")]
    lists = [reverse("intake:queue"), reverse("uvisa:board"), reverse("referrals:give", args=[waiting.pk])]
    accept = reverse("referrals:accept", args=[offered.pk])
    return {"ben": ["/", reverse("cases:caseload"), *held, *asked, accept], "ana": lists}


@pytest.mark.parametrize("name", ["ana", "ben"])
def test_long_names_on_a_phone(meet, pages, name):
    person = meet(name, Mode(NARROW))
    person.sign_in()
    for at, where in enumerate(pages[name]):
        person.go(where)
        album.take(person, f"long-{name}-{at}")
        assert LONG in person.page.content()
