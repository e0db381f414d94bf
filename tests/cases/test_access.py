"""Who may open which compartment: each way of granting, taking away and offering."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.accounts.models import RosterEntry
from clinic.cases import access
from clinic.cases.access import OfferGone
from clinic.cases.models import CaseKey, CaseTeamAccess, CaseUserAccess, Compartment
from clinic.vault.errors import Locked, Tampered
from clinic.vault.keyring import current
from clinic.vault.wraps import is_public
from tests.builders import Cast
from tests.cases_builders import make_case, open_case

from .asking import ADVOCATE, ATTORNEY, CASE, changing, give, held, lend, note, own_row, soon, team_rows


def test_a_new_case_is_for_intake_and_coordination(cast, case):
    assert held(cast, case, cast.ana, cast.ben, cast.chi, cast.dee, cast.sol) == {
        "ana": {"case", "advocate"},
        "ben": set(),
        "chi": {"case", "advocate"},
        "dee": set(),
        "sol": set(),
    }
    assert not CaseUserAccess.objects.exists()


def test_one_key_opens_no_other_case(cast, case):
    other = make_case(cast, given_names="Otra")
    give(cast, case, cast.ben)
    assert held(cast, case, cast.ben)["ben"]
    assert held(cast, other, cast.ben) == {"ben": set()}


def test_an_attorney_gets_the_attorney_compartment_and_supervising_with_them(cast, case):
    assert give(cast, case, cast.ben) is True
    note(cast, case, cast.ben, ATTORNEY)
    assert held(cast, case, cast.ana, cast.ben, cast.dee, cast.sol) == {
        "ana": {"case", "advocate"},
        "ben": {"case", "attorney"},
        "dee": set(),
        "sol": {"case", "attorney"},
    }


def test_coordination_cannot_read_attorney_notes(cast, case):
    give(cast, case, cast.ben)
    written = note(cast, case, cast.ben, ATTORNEY, "Privileged.")
    with cast.acting(cast.ana):
        open_case(case)
        fresh = type(written).objects.select_related("key").get(pk=written.pk)
        assert fresh.is_locked
        with pytest.raises(Locked):
            _ = fresh.text


def test_who_lacks_the_attorney_compartment_cannot_give_it(cast, case):
    give(cast, case, cast.ben)
    assert give(cast, case, cast.dee) is False
    assert held(cast, case, cast.dee) == {"dee": {"case"}}
    assert give(cast, case, cast.dee, by=cast.sol) is True
    assert held(cast, case, cast.dee) == {"dee": {"case", "attorney"}}


def test_who_cannot_open_a_case_cannot_give_it(cast, case):
    with pytest.raises(Locked), changing(cast, case, cast.dee) as row:
        access.grant(row, cast.dee, CASE, by=cast.dee)
    with pytest.raises(Locked), changing(cast, case, cast.dee) as row:
        access.grant_team(row, cast.team("south"), CASE, by=cast.dee)
    with pytest.raises(Locked), changing(cast, case, cast.dee) as row:
        access.offer(row, cast.dee, by=cast.dee, until=soon(1))
    assert not CaseUserAccess.objects.exists()
    assert held(cast, case, cast.dee) == {"dee": set()}


@pytest.mark.parametrize("how", ["grant", "attorney", "offer"])
def test_a_grant_goes_only_to_a_key_on_the_roster(cast, case, how):
    for_whom = {
        "grant": lambda row: access.grant(row, cast.ben, CASE, by=cast.ana),
        "attorney": lambda row: access.grant_attorney(row, cast.ben, by=cast.ana),
        "offer": lambda row: access.offer(row, cast.ben, by=cast.ana, until=soon(1)),
    }[how]
    RosterEntry.objects.filter(subject=cast.ben.pk).delete()
    with pytest.raises(Tampered), changing(cast, case, cast.ana) as row:
        for_whom(row)
    assert not CaseUserAccess.objects.exists()


def test_a_public_key_in_a_plain_row_is_not_believed(cast, case):
    """Whoever writes their own key into ben's user row gets nothing sealed to it."""
    cast.ben.public_key = bytes(cast.dee.public_key)
    cast.ben.save()
    lend(cast, case, cast.ben)
    assert held(cast, case, cast.ben, cast.dee) == {"ben": {"case"}, "dee": set()}


def test_a_leaver_gets_nothing(cast, case):
    with pytest.raises(Tampered):
        lend(cast, case, cast.eve)


def test_a_team_outside_ones_own_gets_a_delivered_key(cast, case):
    with changing(cast, case, cast.chi) as row:
        access.grant_team(row, cast.team("south"), CASE, by=cast.chi)
    assert is_public(bytes(team_rows(case, "other")[0].wrapped_key))
    assert held(cast, case, cast.dee) == {"dee": {"case"}}


def test_giving_again_replaces(cast, case):
    lend(cast, case, cast.ben, days=2)
    lend(cast, case, cast.ben)
    assert own_row(case, cast.ben).expires_on is None
    assert held(cast, case, cast.ben) == {"ben": {"case"}}


def test_revoking_takes_every_compartment_at_once(cast, case):
    give(cast, case, cast.ben)
    with changing(cast, case, cast.ana) as row:
        access.revoke(row, cast.ben)
    assert held(cast, case, cast.ben, cast.sol) == {"ben": set(), "sol": {"case", "attorney"}}


def test_revoking_a_team(cast, case):
    with changing(cast, case, cast.ana) as row:
        access.revoke_team(row, cast.team("intake"))
    assert held(cast, case, cast.ana, cast.chi) == {"ana": {"case", "advocate"}, "chi": set()}


def test_revoking_everything_of_a_leaver(cast, case):
    other = make_case(cast, given_names="Otra")
    lend(cast, case, cast.ben)
    give(cast, other, cast.ben)
    lend(cast, case, cast.dee)
    with cast.acting(cast.ana), transaction.atomic():
        assert set(access.revoke_everything(cast.ben)) == {case.pk, other.pk}
    assert held(cast, case, cast.ben, cast.dee) == {"ben": set(), "dee": {"case"}}
    assert held(cast, other, cast.ben) == {"ben": set()}


def test_access_ends_after_its_last_day(cast, case):
    lend(cast, case, cast.ben, days=1)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert held(cast, case, cast.ben) == {"ben": {"case"}}
        assert access.expire(timezone.localdate()) == 0
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert held(cast, case, cast.ben) == {"ben": set()}
        assert access.expire(timezone.localdate()) == 1
    assert not CaseUserAccess.objects.exists()


def test_a_row_without_a_key_is_refused_by_the_database(cast, case):
    lend(cast, case, cast.ben)
    for model in (CaseUserAccess, CaseTeamAccess):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(wrapped_key=b"")


def test_settling_replaces_delivered_wraps_by_own_ones(cast, case):
    give(cast, case, cast.ben)
    assert is_public(bytes(own_row(case, cast.ben).wrapped_key))
    with changing(cast, case, cast.ben) as row:
        access.settle(row)
    for codename in ("open_case", "open_attorney"):
        assert not is_public(bytes(own_row(case, cast.ben, codename).wrapped_key))
    assert held(cast, case, cast.ben) == {"ben": {"case", "attorney"}}


def test_the_holders_next_write_settles(cast, case):
    give(cast, case, cast.ben)
    note(cast, case, cast.ben, CASE)
    assert not is_public(bytes(own_row(case, cast.ben).wrapped_key))


def test_settling_touches_nobody_elses_rows(cast, case):
    give(cast, case, cast.ben)
    lend(cast, case, cast.dee)
    before = bytes(own_row(case, cast.dee).wrapped_key)
    with changing(cast, case, cast.ben) as row:
        access.settle(row)
    assert bytes(own_row(case, cast.dee).wrapped_key) == before


def test_settling_without_the_key_changes_nothing(cast, case):
    lend(cast, case, cast.ben)
    row = own_row(case, cast.ben)
    with cast.acting(cast.ben), transaction.atomic():
        access.settle(access.lock(case))  # the case was never unlocked
    assert bytes(own_row(case, cast.ben).wrapped_key) == bytes(row.wrapped_key)


def test_unlocking_many_takes_as_many_queries_as_one(cast, case):
    cases = [case, *(make_case(cast, given_names=f"Otra {n}") for n in range(3))]
    for one in cases:
        lend(cast, one, cast.ben)
    with (
        cast.acting(cast.ben),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        access.unlock(*cases)
        assert all(access.holds(one, CASE) for one in cases)
    assert len(queries) == 3


def test_the_keyring_forgets_when_the_request_ends(cast, case):
    with cast.acting(cast.ana) as ring:
        open_case(case)
        assert current().newest(case.scope())
    with pytest.raises(Locked):
        ring.newest(case.scope())


# Offers


def make_offer(cast: Cast, case, to, *, days: int = 1) -> None:
    with changing(cast, case, cast.ana) as row:
        access.offer(row, to, by=cast.ana, until=soon(days))


def accept(cast: Cast, case, by) -> None:
    with cast.acting(by), transaction.atomic():
        access.accept(access.lock(case), by=by)


def test_an_offer_is_not_access(cast, case):
    make_offer(cast, case, cast.ben)
    assert held(cast, case, cast.ben) == {"ben": set()}
    with cast.acting(cast.ben):
        access.unlock_offer(case)
        assert type(case).objects.get(pk=case.pk).reference


def test_nobody_else_opens_an_offer(cast, case):
    make_offer(cast, case, cast.ben)
    for user in (cast.dee, cast.ana, cast.sol):
        with cast.acting(user), pytest.raises(OfferGone):
            access.unlock_offer(case)


def test_accepting_gives_the_case_and_ends_the_other_offers(cast, case):
    make_offer(cast, case, cast.ben)
    make_offer(cast, case, cast.dee)
    accept(cast, case, cast.ben)
    assert held(cast, case, cast.ben, cast.dee) == {"ben": {"case", "attorney"}, "dee": set()}
    with pytest.raises(OfferGone):
        accept(cast, case, cast.dee)
    assert not CaseUserAccess.objects.filter(permission__codename=access.CONSIDER).exists()


def test_an_offer_that_ran_out_cannot_be_accepted(cast, case):
    make_offer(cast, case, cast.ben)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False), pytest.raises(OfferGone):
        accept(cast, case, cast.ben)
    assert held(cast, case, cast.ben) == {"ben": set()}


def test_withdrawing_one_offer_or_all(cast, case):
    for user in (cast.ben, cast.dee, cast.sol):
        make_offer(cast, case, user)
    with cast.acting(cast.ana), transaction.atomic():
        access.withdraw(case, cast.ben)
        assert CaseUserAccess.objects.count() == 2
        access.withdraw(case)
    assert not CaseUserAccess.objects.exists()


def test_many_offers_open_at_once_and_a_bad_one_gives_nothing(cast, case):
    other = make_case(cast, given_names="Otra")
    make_offer(cast, case, cast.ben)
    make_offer(cast, other, cast.ben)
    CaseUserAccess.objects.filter(content_object=other).update(wrapped_key=b"\x02" + bytes(1168))
    with cast.acting(cast.ben):
        assert access.unlock_offers([case, other]) == {case.pk}


def test_holders_are_those_with_live_rows(cast, case):
    lend(cast, case, cast.ben, days=1)
    lend(cast, case, cast.dee)
    with cast.acting(cast.ana):
        assert {row.user for row in access.holders(open_case(case))} == {cast.ben, cast.dee}
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False), cast.acting(cast.ana):
        assert {row.user for row in access.holders(open_case(case))} == {cast.dee}


def test_a_walled_case_given_away_stays_out_of_every_team(cast, case):
    with changing(cast, case, cast.ana) as row:
        row.walled = True
        row.save()
        access.revoke_team(row, cast.team("intake"))
        access.grant_attorney(row, cast.ben, by=cast.ana)
    assert held(cast, case, cast.ben, cast.sol) == {"ben": {"case", "attorney"}, "sol": set()}
    assert bytes(CaseKey.objects.get(case=case, compartment=ATTORNEY).recovery_wrap)


def test_every_compartment_has_its_own_codename():
    assert set(access.OPEN) == set(Compartment)
    assert len(set(access.OPEN.values())) == len(Compartment)
    assert access.CONSIDER not in access.COMPARTMENT


def test_an_advocate_note_is_not_for_attorneys(cast, case):
    give(cast, case, cast.ben)
    note(cast, case, cast.ana, ADVOCATE)
    assert held(cast, case, cast.ben)["ben"] == {"case", "attorney"}
