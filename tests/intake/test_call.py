"""A call: draft, autosave, and the case it becomes."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import Nudge
from clinic.audit import actions as audit
from clinic.audit.models import AuditEvent
from clinic.cases.models import Case, Detention, Person, Stage
from clinic.vault.errors import Locked, Tampered
from intake import actions
from intake.models import Draft
from tests.accounts.doorway import signed_in
from tests.builders import Cast
from tests.cases.pages import text
from tests.cases_builders import open_case

from .calls import ENOUGH, NO_CALL, NO_WAY, finish_first, get, post, start

pytestmark = pytest.mark.django_db


def test_it_works(cast, chi):
    draft = start(chi)
    assert get(chi, "draft", draft.pk).status_code == 200
    assert post(chi, "autosave", draft, ENOUGH).json() == {"ok": True, "rev": 2}
    assert "Ficta María" in get(chi, "draft", draft.pk).content.decode()
    facts = {
        "rev": "2",
        "detention_held_at": "Fictional County Jail",
        "detention_in_removal_proceedings": "yes",
        "client_a_numbers": "A 000 123 456",
        "case_urgent": "yes",
        "case_urgent_why": "transfer tonight",
        "call_back_on": "12 31 2199",
    }
    response = post(chi, "finish", draft, ENOUGH | facts)
    assert response["Location"] == reverse("intake:logged", args=[draft.pk])
    assert not Draft.objects.exists()
    with cast.acting(cast.ana):
        case = open_case(Case.objects.get())
        assert (case.stage, case.urgent, case.urgent_why) == (Stage.WAITING, True, "transfer tonight")
        assert str(Nudge.objects.get(user=cast.chi).pk) == case.nudge
        people = {one.role: one for one in Person.objects.filter(case=case)}
        assert people["client"].full_name == "Ficta María Ejemplo Prueba"
        assert people["client"].a_numbers == ["000123456"]
        assert people["caller"].phone == "612-555-0101"
        assert Detention.objects.get(case=case).in_removal_proceedings == "yes"
        page = get(chi, "logged", draft.pk).content.decode()
        assert case.reference in page
        assert "Ficta" not in page


@pytest.mark.parametrize("name", ["ben", "dee", "sol"])
def test_other_teams_take_no_calls(cast, chi, name):
    draft, other = start(chi), signed_in(cast, name)
    for view in ("draft", "finish", "discard"):
        assert get(other, view, draft.pk).status_code == 403
    assert post(other, "autosave", draft, ENOUGH).status_code == 403
    assert get(other, "call").status_code == 403
    assert Draft.objects.get().rev == 1


def test_a_draft_is_its_writers_alone(cast, chi):
    draft, ana = start(chi), signed_in(cast, "ana")
    for view in ("draft", "finish", "discard"):
        assert get(ana, view, draft.pk).status_code == 404
        if view != "draft":
            assert post(ana, view, draft, ENOUGH).status_code == 404
    assert post(ana, "autosave", draft, ENOUGH).status_code == 404
    assert Draft.objects.get().rev == 1


def test_nobody_is_asked_to_sign_in(cast, chi):
    draft = start(chi)
    assert "/sign-in/" in Client().get(reverse("intake:draft", args=[draft.pk]), secure=True)["Location"]


def test_nothing_typed_lies_in_plain(chi):
    draft = start(chi)
    post(chi, "autosave", draft, ENOUGH)
    assert b"Ficta" not in bytes(Draft.objects.get().sealed)


def test_only_its_writers_keys_open_it(cast, chi):
    draft = start(chi)
    post(chi, "autosave", draft, ENOUGH)
    with cast.acting(cast.ana):
        row = Draft.objects.get()
        assert row.is_locked
        with pytest.raises(Locked):
            _ = row.typed


def test_moved_to_another_person_it_opens_for_nobody(cast, chi):
    draft = start(chi)
    Draft.objects.filter(pk=draft.pk).update(user=cast.ana)
    with cast.acting(cast.ana), pytest.raises(Tampered):
        _ = Draft.objects.get().typed


def test_one_event_for_all_that_is_typed(chi):
    draft, before = start(chi), AuditEvent.objects.count()
    for rev in range(1, 6):
        assert post(chi, "autosave", draft, ENOUGH | {"rev": str(rev), "case_story": "x" * rev}).json()["ok"]
    assert AuditEvent.objects.count() == before


def test_saving_the_same_again_makes_no_new_version(chi):
    draft = start(chi)
    assert post(chi, "autosave", draft, ENOUGH).json()["rev"] == 2
    assert post(chi, "autosave", draft, ENOUGH | {"rev": "2"}).json()["rev"] == 2


def test_pressing_twice_logs_once(chi):
    draft = start(chi)
    for _ in range(2):
        response = post(chi, "finish", draft, ENOUGH)
        assert response["Location"] == reverse("intake:logged", args=[draft.pk])
    assert Case.objects.count() == 1
    assert get(chi, "draft", draft.pk)["Location"] == reverse("intake:logged", args=[draft.pk])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"client_given_names": "", "client_family_names": ""}, "Write a name or an A-number"),
        ({"caller_phone": ""}, "Write a number to call back"),
        ({"caller_phone": "ask her"}, "with its area code"),
        ({"client_a_numbers": "IOE1234567890"}, "receipt number"),
        ({"client_born_on": "31 31 1990"}, "month is a number"),
        ({"call_back_on": "1 1 2001"}, "already passed"),
        ({"client_language": "klingon"}, "Select a valid choice"),
        ({"client_given_names": "x" * 10_000}, "at most 200"),
        ({"case_story": "\x00"}, "Null characters"),
        ({"rev": "nonsense"}, "out of date"),
    ],
)
def test_bad_input_is_said_and_kept(chi, changed, message):
    draft = start(chi)
    response = post(chi, "finish", draft, ENOUGH | {"case_story": "all of it"} | changed)
    page = response.content.decode()
    assert response.status_code in {422, 409}
    assert "all of it" in page or "case_story" in changed
    assert message in page or response.status_code == 409
    assert not Case.objects.exists()


DAY = {"call_back_on": "12 31 2199"}
SAFELY = "in the way that was said to be safe"


def test_no_safe_way_back_is_an_answer_that_the_case_keeps(cast, chi):
    draft = start(chi)
    assert post(chi, "finish", draft, NO_WAY).status_code == 302
    with cast.acting(cast.ana):
        caller = next(one for one in people_of(open_case(Case.objects.get())) if one.role == "caller")
        assert caller.no_way_back
    page = chi.get(reverse("cases:case", args=[draft.pk]), secure=True).content.decode()
    safely = page.split("Calling back safely")[1]
    assert safely.index(NO_CALL) < safely.index("What they are to the client")
    assert "Safe number" not in page


def people_of(case: Case) -> list[Person]:
    return list(Person.objects.filter(case=case))


def test_no_safe_way_back_stays_in_the_draft(chi):
    draft = start(chi)
    post(chi, "autosave", draft, NO_WAY)
    box = get(chi, "draft", draft.pk).content.decode().split('name="caller_no_way_back"')[1]
    assert "checked" in box.split(">")[0]


@pytest.mark.parametrize(
    ("also", "said"),
    [({"caller_phone": "612-555-0199"}, "You also wrote a number."), (DAY, "You also promised a day.")],
)
def test_no_safe_way_back_and_a_call_back_cannot_both_be(chi, also, said):
    draft = start(chi)
    told = post(chi, "finish", draft, NO_WAY | {"case_story": "all of it"} | also)
    page = told.content.decode()
    assert told.status_code == 422
    assert said in page
    for kept in ("checked", "all of it", "612-555-0199" if "caller_phone" in also else "2199"):
        assert kept in page
    assert not Case.objects.exists()


def test_what_is_read_out_promises_no_unsafe_call(cast, chi):
    draft = start(chi)
    post(chi, "finish", draft, NO_WAY)
    page = get(chi, "logged", draft.pk).content.decode()
    assert "We will not call, because there is no safe way." in page
    assert SAFELY not in page


READS = {"caller_safe_ways": ["text"], "caller_language": "quc", "caller_written": "es"}


def test_the_language_for_writing_is_asked_apart(cast, chi):
    draft = start(chi)
    page = get(chi, "draft", draft.pk).content.decode()
    assert 'data-reveal="caller_safe_ways=text,write"' in page
    choices = page.split('name="caller_written"')[1].split("</select>")[0]
    assert 'value="es"' in choices
    assert 'value="quc"' not in choices  # only spoken
    post(chi, "autosave", draft, ENOUGH | READS)
    kept = get(chi, "draft", draft.pk).content.decode().split('name="caller_written"')[1]
    assert 'value="es" selected' in kept.split("</select>")[0]
    post(chi, "finish", draft, ENOUGH | READS | {"rev": "2"})
    assert "What we write to you is in Español (Spanish)" in text(get(chi, "logged", draft.pk))
    case = text(chi.get(reverse("cases:case", args=[draft.pk]), secure=True))
    assert "Language for writing Español (Spanish)" in case


@pytest.mark.parametrize("safe", [["call"], []])
def test_nothing_is_said_of_writing_where_it_is_not_safe(chi, safe):
    draft = start(chi)
    post(chi, "finish", draft, ENOUGH | READS | {"caller_safe_ways": safe})
    assert "What we write to you" not in text(get(chi, "logged", draft.pk))
    assert "Language for writing" in text(chi.get(reverse("cases:case", args=[draft.pk]), secure=True))


def test_what_is_read_out_promises_the_call_that_was_promised(cast, chi):
    draft = start(chi)
    post(chi, "finish", draft, ENOUGH | DAY)
    assert f"We call back on Tuesday, December 31, {SAFELY}." in get(chi, "logged", draft.pk).content.decode()
    next_step = {"on": "12 30 2199", "what": "Bond hearing", "rev": "1"}
    assert chi.post(reverse("cases:next_step", args=[draft.pk]), next_step, secure=True).status_code == 302
    assert "We call back" not in get(chi, "logged", draft.pk).content.decode()


def test_an_a_number_is_enough(chi):
    draft = start(chi)
    nameless = {"client_given_names": "", "client_family_names": "", "client_a_numbers": "000 123 456"}
    assert post(chi, "finish", draft, ENOUGH | nameless).status_code == 302


@pytest.mark.parametrize("name", ["finish", "draft"])
def test_a_second_click_while_the_first_is_at_work_leads_to_the_case(cast, chi, monkeypatch, name):
    """Both found the draft; the second waited for the first, which made it a case."""
    draft = start(chi)
    finish_first(chi, draft, monkeypatch)
    assert post(chi, name, draft, ENOUGH)["Location"] == reverse("intake:logged", args=[draft.pk])
    assert Case.objects.count() == 1


def test_discarding_asks_first(chi):
    draft = start(chi)
    assert "Throw this call away?" in get(chi, "discard", draft.pk).content.decode()
    assert Draft.objects.exists()
    post(chi, "discard", draft, {})
    assert not Draft.objects.exists()


@pytest.mark.parametrize("view", ["start", "finish", "discard"])
def test_nothing_is_saved_when_the_audit_fails(cast, chi, monkeypatch, view):
    draft = start(chi)
    cases = Case.objects.count()

    def fail(*args, **kwargs):
        raise RuntimeError("no audit")

    monkeypatch.setattr(audit, "record", fail)
    with cast.acting(cast.chi):
        fresh = Draft.objects.get(pk=draft.pk)
        with pytest.raises(RuntimeError):
            act(view, fresh, cast)
    assert Draft.objects.count() == 1
    assert Case.objects.count() == cases
    assert not Nudge.objects.exists()


def act(view: str, draft: Draft, cast: Cast) -> None:
    on, version = timezone.localdate(), actions.Version(draft.rev, "one")
    if view == "start":
        actions.start_call(by=cast.chi)
    elif view == "discard":
        actions.discard_draft(draft=draft, by=cast.chi)
    else:
        call = actions.Call(client={}, caller={}, detention={}, case={}, call_back_on=on)
        actions.finish_call(draft=draft, version=version, call=call, by=cast.chi, on=on)


def test_locking_keeps_what_was_typed(chi):
    draft = start(chi)
    url = reverse("intake:draft", args=[draft.pk])
    response = chi.post(reverse("accounts:lock"), ENOUGH | {"next": url}, secure=True)
    assert response.status_code == 200
    assert 'name="kept"' in response.content.decode()
    assert "Ficta" not in response.content.decode()


def test_one_damaged_call_shuts_no_page_and_can_be_thrown_away(chi):
    damaged, other = start(chi), start(chi)
    post(chi, "autosave", other, ENOUGH)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_draft SET sealed = %s WHERE id = %s", [bytes(60), prepared(damaged)])
    for page in (get(chi, "call"), chi.get("/", secure=True)):
        assert "Ficta María" in text(page)
        assert "A call that is damaged" in text(page)
    assert get(chi, "discard", damaged.pk).status_code == 200
    assert post(chi, "discard", damaged, {}).status_code == 302
    assert list(Draft.objects.values_list("pk", flat=True)) == [other.pk]


def prepared(draft):
    return Draft._meta.pk.get_db_prep_value(draft.pk, connection)
