from datetime import date

import pytest
from django.db import IntegrityError, transaction

from clinic.accounts import record
from clinic.directory import actions, facts
from clinic.directory.models import Agency, ClockRule
from clinic.vault.errors import Stale
from tests.builders import make_clinic
from uvisa.clock import rules_for

TODAY = date(2026, 11, 21)


@pytest.fixture
def cast(db):
    actions.load_facts()
    return make_clinic()


def rule(slug="minnesota-statute"):
    return ClockRule.objects.get(slug=slug)


def confirm(cast, slug="minnesota-statute"):
    with cast.acting(cast.sol):
        actions.confirm_rule(rule=rule(slug), on=TODAY, by=cast.sol)


def test_it_works(cast):
    confirm(cast)
    assert (rule().verified_on, rule().verified_by) == (TODAY, cast.sol)


def test_it_is_put_on_record(cast, monkeypatch):
    told = []
    monkeypatch.setattr(record, "record", lambda event, **how: told.append((event, how)))
    confirm(cast)
    details = {"rule": "minnesota-statute", "name": rule().name}
    assert told == [("rule_confirmed", {"by": cast.sol, "details": details})]


def test_nothing_is_saved_when_the_audit_fails(cast, monkeypatch):
    def fail(*args, **kwargs):
        raise record.NotRecorded

    monkeypatch.setattr(record, "record", fail)
    with pytest.raises(record.NotRecorded):
        confirm(cast)
    assert rule().verified_on is None


def test_a_demand_is_not_law(cast):
    with pytest.raises(actions.CannotConfirm):
        confirm(cast, "clinic-target")
    assert rule("clinic-target").verified_on is None


def test_the_first_to_confirm_stands(cast):
    confirm(cast)
    with pytest.raises(actions.CannotConfirm):
        confirm(cast)


def test_a_rule_that_changes_at_that_moment_is_not_confirmed(cast):
    read = rule()
    ClockRule.objects.filter(pk=read.pk).update(expedited_days=10)
    with cast.acting(cast.sol), pytest.raises(Stale):
        actions.confirm_rule(rule=read, on=TODAY, by=cast.sol)
    assert rule().verified_on is None


def take_back(cast, slug="minnesota-statute", by=None):
    by = by or cast.sol
    with cast.acting(by):
        actions.take_back_confirmation(rule=rule(slug), by=by)


def test_a_confirmation_is_taken_back(cast, monkeypatch):
    confirm(cast)
    told = []
    monkeypatch.setattr(record, "record", lambda event, **how: told.append((event, how)))
    take_back(cast)
    assert (rule().verified_on, rule().verified_by) == (None, None)
    details = {"rule": "minnesota-statute", "name": rule().name}
    assert told == [("confirmation_taken_back", {"by": cast.sol, "details": details})]
    confirm(cast)
    assert rule().verified_on == TODAY


def test_what_nobody_confirmed_is_not_taken_back(cast):
    with pytest.raises(actions.CannotConfirm):
        take_back(cast)


def test_only_a_supervising_attorney_takes_it_back(cast):
    confirm(cast)
    with pytest.raises(actions.CannotConfirm):
        take_back(cast, by=cast.ana)
    assert rule().verified_on == TODAY


def test_no_confirmation_is_taken_back_when_the_audit_fails(cast, monkeypatch):
    def fail(*args, **kwargs):
        raise record.NotRecorded

    confirm(cast)
    monkeypatch.setattr(record, "record", fail)
    with pytest.raises(record.NotRecorded):
        take_back(cast)
    assert rule().verified_on == TODAY


def test_a_confirmed_rule_says_so_to_the_clocks(cast):
    confirm(cast)
    sheriff = facts.AGENCIES[-1]
    agency = Agency.objects.get(slug=sheriff.slug)
    assert [one.verified for one in rules_for(agency) if one.name == "Minnesota statute"] == [True]


def test_loading_again_keeps_a_confirmation(cast):
    confirm(cast)
    actions.load_facts()
    assert rule().verified_on == TODAY


def test_a_rule_that_changed_must_be_confirmed_again(cast):
    confirm(cast)
    ClockRule.objects.filter(slug="minnesota-statute").update(expedited_days=21)
    assert actions.load_facts()["clock rules"] == 1
    assert (rule().expedited_days, rule().verified_on, rule().verified_by) == (14, None, None)


def test_a_day_without_a_name_is_refused(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockRule.objects.filter(slug="minnesota-statute").update(verified_on=TODAY)
