"""The clinic's three codes anew: the old ones open nothing that comes after, and nobody notices."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from clinic.accounts import clinic_codes, roster, teams
from clinic.accounts.clinic_codes import propose
from clinic.accounts.errors import CodesDoNotFit, NotAllowed
from clinic.accounts.models import Organisation, RosterEntry, TeamEpoch, User
from clinic.accounts.recovery import open_recovery, readmit
from clinic.vault.errors import Stale, Tampered
from clinic.vault.keys import KeyPair
from clinic.vault.wraps import unwrap_with
from tests.builders import Cast, make_clinic

from .doorway import fresh_code, signed_in
from .pages import SECRET

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]
SHOWN = re.compile(r'name="shown" value="([^"]*)"')
TEAMS = ("everyone", "coordination", "intake", "supervising", "north", "south")


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


def organisation(cast: Cast) -> Organisation:
    return Organisation.objects.get(pk=cast.organisation.pk)


def old_key(cast: Cast) -> KeyPair:
    return open_recovery(organisation(cast), *cast.recovery_codes[:2])


def renew(cast: Cast, by: User, **more: Any) -> list[str]:
    """The new codes."""
    made, clinic = propose(organisation(cast)), organisation(cast)
    told = {
        "old": old_key(cast),
        "new": open_recovery(clinic, *made.codes[1:], sealed=made.sealed),
        "sealed": made.sealed,
        **more,
    }
    with cast.acting(by) as ring:
        clinic_codes.renew(organisation=clinic, ring=ring, by=by, **told)
    return made.codes


def secrets_of(cast: Cast, pair: KeyPair) -> set[bytes]:
    """What the holder of this recovery key opens of the teams' rows."""
    found = set()
    for epoch in TeamEpoch.objects.select_related("team"):
        what = teams.subject(epoch.team_id, epoch.team.purpose, epoch.number, bytes(epoch.commitment))
        try:
            found.add(unwrap_with(pair, bytes(epoch.recovery_wrap), what))
        except Tampered:
            continue
    return found


def test_the_new_codes_count_and_the_old_do_not(cast):
    codes = renew(cast, cast.ana)
    clinic = organisation(cast)
    for pair in ((0, 1), (2, 0), (1, 2)):
        assert open_recovery(clinic, *(codes[number] for number in pair))
    with pytest.raises(CodesDoNotFit):
        open_recovery(clinic, *cast.recovery_codes[:2])
    with pytest.raises(CodesDoNotFit):
        open_recovery(clinic, cast.recovery_codes[0], codes[1])


def test_the_old_key_opens_no_team_any_more(cast):
    """Every team has a new secret too: who had the old codes and a copy may have the old one."""
    old = old_key(cast)
    before = secrets_of(cast, old)
    codes = renew(cast, cast.ana)
    after = secrets_of(cast, open_recovery(organisation(cast), *codes[:2]))
    assert len(before) == len(after) == len(TEAMS)
    assert not before & after
    assert secrets_of(cast, old) == set()


def test_everybody_keeps_their_teams(cast):
    everybody = (cast.ana, cast.ben, cast.chi, cast.dee, cast.sol)
    before = [set(cast.ring(user).teams) for user in everybody]
    renew(cast, cast.ana)
    assert [set(cast.ring(user).teams) for user in everybody] == before
    assert roster.teams(cast.ring(cast.ana))[cast.team("north").id].members == {cast.ben.id, cast.sol.id}


def test_who_renews_keeps_nothing_that_the_codes_opened(cast):
    clinic, made = organisation(cast), propose(organisation(cast))
    new = open_recovery(clinic, *made.codes[:2], sealed=made.sealed)
    with cast.acting(cast.ana) as ring:
        mine = set(ring.teams)
        clinic_codes.renew(
            organisation=clinic, old=old_key(cast), new=new, sealed=made.sealed, ring=ring, by=cast.ana
        )
        assert set(ring.teams) == mine


def test_the_new_codes_let_somebody_in(cast):
    codes = renew(cast, cast.ana)
    clinic = organisation(cast)
    done = readmit(organisation=clinic, pair=open_recovery(clinic, *codes[1:]), sign_in_name="sol")
    cast.papers["sol"] = done.enrolment
    assert {cast.team("supervising").id, cast.team("north").id} <= set(cast.ring(cast.sol).teams)


def test_it_works_again(cast):
    cast.recovery_codes = renew(cast, cast.ana)
    cast.recovery_codes = renew(cast, cast.ana)
    assert old_key(cast)
    assert "supervising" in cast.ring(cast.sol).named


def test_a_team_whose_members_are_gone_stays_recoverable(cast):
    south = cast.team("south")
    with cast.acting(cast.ana) as ring:
        roster.update_person(cast.dee.id, ring, active=False)
    codes = renew(cast, cast.ana)
    assert len(secrets_of(cast, open_recovery(organisation(cast), *codes[:2]))) == len(TEAMS)
    assert south.id not in cast.ring(cast.ana).teams


def test_it_is_recorded(cast, recorded):
    renew(cast, cast.ana)
    event, by, about, _details = recorded[-1]
    assert (event, by.pk, about) == ("clinic_codes_renewed", cast.ana.pk, cast.organisation.pk)


def test_nothing_counts_before_it_is_renewed(cast):
    propose(organisation(cast))
    assert old_key(cast)


def test_only_a_coordinator_does_this(cast):
    with pytest.raises(NotAllowed):
        renew(cast, cast.sol)
    assert old_key(cast)


def test_another_key_than_the_clinics_changes_nothing(cast):
    """Whoever writes rows can put their own recovery key there, and even codes of their own."""
    other = propose(organisation(cast))
    false = open_recovery(organisation(cast), *other.codes[:2], sealed=other.sealed)
    with pytest.raises(Tampered):
        renew(cast, cast.ana, old=false)
    RosterEntry.objects.filter(subject=cast.organisation.pk).delete()
    with pytest.raises(Tampered):
        renew(cast, cast.ana)


def test_two_at_once_and_one_is_told(cast):
    with cast.acting(cast.ana) as late:
        first = renew(cast, cast.ana)
        made, clinic = propose(organisation(cast)), organisation(cast)
        new = open_recovery(clinic, *made.codes[:2], sealed=made.sealed)
        with pytest.raises(Stale):
            clinic_codes.renew(
                organisation=clinic, old=new, new=new, sealed=made.sealed, ring=late, by=cast.ana
            )
    assert open_recovery(organisation(cast), *first[:2])


class Crash(Exception):
    pass


@pytest.mark.parametrize("after", [1, 10, 40, 80, 120, 160, 175])
def test_a_crash_leaves_the_old_codes_in_force(cast, after):
    left = after

    def crash(execute, sql, *more):
        nonlocal left
        left -= not sql.startswith("RELEASE")
        if left == 0:
            raise Crash
        return execute(sql, *more)

    before, old = secrets_of(cast, old_key(cast)), old_key(cast)
    with connection.execute_wrapper(crash), pytest.raises(Crash):
        renew(cast, cast.ana)
    assert secrets_of(cast, old) == before
    assert open_recovery(organisation(cast), *cast.recovery_codes[1:])
    assert set(cast.ring(cast.ana).named) == {"everyone", "coordination"}


# The pages


class Pages:
    """ana's browser, on the pages of the codes."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.browser = cast, signed_in(cast, "ana")

    def ask(self, one: str, other: str, code: str | None = None) -> str:
        told = {"one_code": one, "other_code": other, "code": code or fresh_code(self.cast, "ana")}
        return str(self.send("/people/clinic-codes/", told).content.decode())

    def ask_rightly(self) -> str:
        return self.ask(*self.cast.recovery_codes[:2])

    def show(self, page: str, one: str, other: str) -> Any:
        told = {"one_code": one, "other_code": other, "shown": SHOWN.findall(page)[0]}
        return self.send("/people/clinic-codes/new/", told)

    def send(self, path: str, told: dict[str, str]) -> Any:
        return self.browser.post(path, told, secure=True)


@pytest.fixture
def pages(cast) -> Pages:
    return Pages(cast)


def test_the_pages_print_three_codes_and_make_them_count(cast, pages):
    page = pages.ask_rightly()
    new = SECRET.findall(page)
    assert len(set(new)) == 3
    assert all(page.count(code) == 1 for code in new), "no sheet may hold another sheet's code"
    assert old_key(cast)
    assert pages.show(page, new[2], new[0].lower())["Location"] == "/people/"
    assert open_recovery(organisation(cast), *new[1:])
    with pytest.raises(CodesDoNotFit):
        old_key(cast)
    assert "The new codes count." in pages.browser.get("/people/", secure=True).content.decode()


@pytest.mark.parametrize("wrong", ["", "nonsense", "the same", "the old"])
def test_what_was_not_read_from_paper_does_not_count(cast, pages, wrong):
    page = pages.ask_rightly()
    new = SECRET.findall(page)
    typed = {"the same": new[0], "the old": cast.recovery_codes[0]}.get(wrong, wrong)
    again = pages.show(page, new[0], typed).content.decode()
    assert "Error:" in again
    assert SECRET.findall(again) == new
    assert old_key(cast)
    assert pages.show(again, *new[:2])["Location"] == "/people/"


@pytest.mark.parametrize("wrong", ["", "nonsense", "the same", "no one-time code"])
def test_without_two_codes_there_is_nothing_to_print(cast, pages, wrong):
    one, other = cast.recovery_codes[:2]
    page = pages.ask(one, {"the same": one, "no one-time code": other}.get(wrong, wrong), "000000")
    assert "Error:" in page
    assert not SECRET.findall(page)


def test_a_page_that_was_open_too_long_changes_nothing(cast, pages):
    for shown in ("", "altered"):
        answer = pages.send("/people/clinic-codes/new/", {"shown": shown})
        assert answer["Location"] == "/people/clinic-codes/"
    assert "Nothing was changed" in pages.browser.get("/people/", secure=True).content.decode()


def test_a_page_of_codes_that_no_longer_count(cast, pages):
    """Two coordinators, or two tabs: the second is told, and the first one's codes stay in force."""
    page, late = pages.ask_rightly(), pages.ask_rightly()
    first, second = SECRET.findall(page), SECRET.findall(late)
    pages.show(page, *first[:2])
    answer = pages.show(late, *second[:2])
    assert answer.status_code == 403
    assert "do not open this clinic" in answer.content.decode()
    assert open_recovery(organisation(cast), *first[:2])


def test_somebody_elses_page_is_not_opened(cast, pages):
    page = pages.ask_rightly()
    with cast.acting(cast.ana) as ring:
        teams.add_member(team=cast.team("coordination"), user=cast.sol, ring=ring, by=cast.ana)
    other: Client = signed_in(cast, "sol")
    told = dict(zip(("one_code", "other_code"), SECRET.findall(page)[:2], strict=True))
    told["shown"] = SHOWN.findall(page)[0]
    answer = other.post("/people/clinic-codes/new/", told, secure=True)
    assert answer["Location"] == "/people/clinic-codes/"
    assert old_key(cast)
