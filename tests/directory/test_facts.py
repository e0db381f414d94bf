from datetime import date

import pytest
from django.core.management import call_command

from clinic.directory import facts
from clinic.directory.actions import WRITTEN_HERE, load_facts
from clinic.directory.forms import AgencyForm
from clinic.directory.models import Agency, Agreement, ClockRule, Court, Facility, Jurisdiction
from uvisa.clock import clocks_for
from uvisa.rules import Level, first_clock, working_clock

MODELS = (Jurisdiction, Agency, ClockRule, Agreement, Facility, Court)
FRIDAY = date(2026, 11, 20)


@pytest.fixture
def loaded(db):
    load_facts()


def agency(slug):
    return Agency.objects.select_related("jurisdiction").get(slug=slug)


def running(slug, *, asked=True, removal=True, received=FRIDAY):
    return clocks_for(
        agency(slug),
        requested_on=FRIDAY,
        received_on=received,
        expedite_asked=asked,
        removal_proceedings=removal,
    )


def told(slug, **how):
    return [(clock.rule.name, clock.days, clock.due.isoformat()) for clock in running(slug, **how)]


def test_it_works(db, capsys):
    call_command("load_directory")
    assert "clock rules: 16 new or changed" in capsys.readouterr().out
    assert Agency.objects.count() == len(facts.AGENCIES) == 14


def test_a_second_time_changes_nothing(loaded):
    before = [list(model.objects.order_by("pk").values()) for model in MODELS]
    assert set(load_facts().values()) == {0}
    assert [list(model.objects.order_by("pk").values()) for model in MODELS] == before


def test_every_row_says_where_it_comes_from_and_is_unverified(loaded):
    for model in MODELS:
        assert model.objects.exists()
        for row in model.objects.all():
            row.full_clean()
            assert row.source
            assert row.confidence
            assert row.verified_on is None


def test_what_the_clinic_wrote_down_stays(loaded):
    police = agency("minneapolis-police")
    police.address, police.keeps_october_holiday = "1 Example Street", True
    police.save()
    load_facts()
    police.refresh_from_db()
    assert (police.address, police.keeps_october_holiday) == ("1 Example Street", True)


@pytest.mark.parametrize(
    ("slug", "name", "written"),
    [
        ("minneapolis-police", "full_draft", False),
        ("minneapolis-police", "how_to_ask", "By mail only."),
        ("minneapolis-police", "how_to_ask", ""),
        ("st-paul-police", "full_draft", True),
    ],
)
def test_facts_never_undo_what_a_coordinator_wrote(loaded, slug, name, written):
    Agency.objects.filter(slug=slug).update(**{name: written})
    assert load_facts()["agencies"] == 0
    assert getattr(agency(slug), name) == written


def test_the_operator_hears_where_the_facts_differ(loaded, capsys):
    call_command("load_directory")
    assert "stays as the clinic wrote it" not in capsys.readouterr().out
    Agency.objects.filter(slug="minneapolis-police").update(how_to_ask="By mail only.")
    call_command("load_directory")
    told = "Minneapolis Police Department: how_to_ask stays as the clinic wrote it"
    assert told in capsys.readouterr().out


def test_all_that_a_coordinator_writes_stays():
    assert set(WRITTEN_HERE) == set(AgencyForm.names())


def test_what_nobody_here_writes_still_comes_in(loaded):
    Agency.objects.filter(slug="minneapolis-police").update(source="Old page")
    assert load_facts()["agencies"] == 1
    assert agency("minneapolis-police").source != "Old page"


def test_a_changed_fact_comes_in(loaded):
    Facility.objects.filter(slug="kandiyohi-county-jail").update(name="Old name")
    assert load_facts()["facilities"] == 1
    assert Facility.objects.get(slug="kandiyohi-county-jail").name == "Kandiyohi County Jail"


# What runs against whom


def test_minneapolis_police_expedited(loaded):
    assert told("minneapolis-police") == [
        ("Minneapolis ordinance", 7, "2026-11-27"),
        ("Minnesota statute", 14, "2026-12-04"),
    ]
    clocks = running("minneapolis-police")
    chase, held_to = first_clock(clocks), working_clock(clocks)
    assert chase
    assert held_to
    assert (chase.rule.level, chase.binding) == (Level.CITY, False)
    assert (held_to.rule.level, held_to.binding) == (Level.STATE, True)


def test_minneapolis_police_ordinary(loaded):
    ordinary = [
        ("Minneapolis ordinance", 30, "2026-12-21"),
        ("Minnesota statute", 90, "2027-02-18"),
    ]
    assert told("minneapolis-police", asked=False) == ordinary
    assert told("minneapolis-police", removal=False) == ordinary


def test_st_paul_counts_from_receipt(loaded):
    assert [name for name, _days, _due in told("st-paul-police", received=None)] == ["Minnesota statute"]
    assert told("st-paul-police")[0] == ("St. Paul ordinance", 7, "2026-11-27")


def test_the_state_clock_is_for_law_enforcement(loaded):
    assert told("minneapolis-city-attorney") == [("Minneapolis ordinance", 7, "2026-11-27")]
    assert told("hennepin-county-attorney") == [
        ("Clinic’s own target", 7, "2026-11-27"),
        ("Hennepin County Attorney policy", 30, "2026-12-21"),
    ]
    assert told("hennepin-county-attorney", asked=False) == [
        ("Hennepin County Attorney policy", 30, "2026-12-21")
    ]


def test_a_sheriff_answers_to_the_state_alone(loaded):
    assert told("sherburne-county-sheriff") == [("Minnesota statute", 14, "2026-12-04")]


def test_holidays_an_agency_keeps(loaded):
    Agency.objects.filter(slug="minneapolis-police").update(keeps_friday_after_thanksgiving=True)
    assert told("minneapolis-police")[0][2] == "2026-11-30"


def test_agreements_and_detention_contracts_stand_apart(loaded):
    kandiyohi = Agreement.objects.filter(agency__slug="kandiyohi-county-sheriff")
    assert [row.is_287g for row in kandiyohi] == [True, False]
    assert not Agreement.objects.filter(agency__slug="minneapolis-police").exists()
    assert (
        Agreement.objects.live(date(2025, 3, 25)).filter(agency__slug="crow-wing-county-sheriff").count() == 2
    )
