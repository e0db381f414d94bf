"""The caseload page, whole request, beside the same page over plain columns."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.accounts.models import User
from clinic.cases import access, actions, caseload
from clinic.cases.models import Case, PartyRole
from referrals.actions import give_case

from . import plain
from .ground import Ground
from .lines import Line, interleaved
from .names import Names

PAGE, PLAIN = "/cases/", "/bench/plain-caseload/"
RATIO, MORE = 1.4, 5.0
HELD = "Fictional County Jail"


def lines(ground: Ground) -> Iterator[Line]:
    few, many = ground.scale.cases
    ben, names = ground.user("ben"), Names(1)
    with plain.tables():
        _give_cases(ground, ben, names, few)
        with_few = _queries(ground.browser("ben"))
        _give_cases(ground, ben, names, many - few)
        _copy(ground, ben)
        browser = ground.browser("ben")
        with_many = _queries(browser)
        took = interleaved(
            ground.scale.pages, sealed=lambda: get(browser, PAGE), plain=lambda: get(browser, PLAIN)
        )
    what, note = f"caseload page, {many} cases", f"1.15 is the goal to grow into; {with_many} queries"
    times, working = took["sealed"].ratio(took["plain"])
    told = f"{what}: of the same page over plain columns"
    yield Line("caseload", told, times, "×", RATIO, note=note, working=working)
    more, working = took["sealed"].more(took["plain"], 1000)
    note = f"{took['plain'].middle(1000)[0]:.0f} ms over plain columns"
    yield Line(
        "caseload", f"{what}: more than over plain columns", more, "ms", MORE, note=note, working=working
    )
    queries = with_many - with_few
    yield Line("caseload", f"more queries for {many} cases than for {few}", queries, "queries", 0)


def get(browser: Client, url: str) -> Any:
    response = browser.get(url, secure=True)
    if response.status_code != 200:
        raise RuntimeError(f"{url}: {response.status_code}")
    return response


def _queries(browser: Client) -> int:
    get(browser, PAGE)
    with CaptureQueriesContext(connection) as asked:
        get(browser, PAGE)
    return len(asked)


def _give_cases(ground: Ground, to: User, names: Names, number: int) -> None:
    today = timezone.localdate()
    for place in range(number):
        case = _log(ground, names, today)
        with ground.cast.acting("ana"):
            give_case(case=_opened(case), to=to, by=ground.user("ana"), on=today)
        with ground.cast.acting(to.sign_in_name):
            day = today + timedelta(days=place % 9)
            actions.set_next(case=_opened(case), on=day, what="Bond hearing", by=to)


def _log(ground: Ground, names: Names, today: date) -> Case:
    given, family = names.one()
    client = {
        "role": PartyRole.CLIENT,
        "given_names": given,
        "family_names": family,
        "a_numbers": ["000123456"],
        "language": "es",
    }
    caller = {"role": PartyRole.CALLER, "given_names": "Calla", "relation": "sister", "phone": "612-555-0101"}
    with ground.cast.acting("chi"):
        return actions.create_case(
            people=[client, caller],
            detention={"held_at": HELD, "arrested_on": today},
            by=ground.user("chi"),
            on=today,
            story="A fictional story. " * 20,
        )


def _opened(case: Case) -> Case:
    fresh: Case = Case.objects.get(pk=case.pk)
    access.unlock(fresh)
    return fresh


def _copy(ground: Ground, user: User) -> None:
    with ground.cast.acting(user.sign_in_name):
        plain.copy(caseload.rows(user, on=timezone.localdate()), user.pk)
