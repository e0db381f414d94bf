"""Each move: that it works, what it refuses, and that nothing is saved when the audit fails."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clinic.accounts.models import Nudge
from clinic.audit import reading
from clinic.cases.models import Case, CaseTeamAccess
from clinic.directory.models import Agency, ClockRule
from clinic.vault.errors import Stale
from clinic.vault.keyring import current
from clinic.vault.models import IndexChange
from tests.audit.failing import audit_fails
from tests.uvisa import build
from uvisa import actions, errors, history, rules
from uvisa.models import CertificationRequest
from uvisa.rules import Status

WATCHED = (CertificationRequest, Nudge, IndexChange, CaseTeamAccess)


def today():
    return timezone.localdate()


def act(cast, user, action, request, **answers):
    with cast.acting(user):
        action(request=build.found(request), by=user, on=today(), **answers)


def status_of(cast, request):
    return read(cast, request, "status")


def read(cast, request, name):
    with cast.acting(cast.ana):
        return getattr(build.found(request), name)


MOVES: dict[str, tuple[Any, str, Any, dict[str, Any]]] = {
    "ready": (build.make_request, "ana", actions.mark_ready, {}),
    "approve": (build.make_ready, "sol", actions.approve, {"signer": "Sol Example", "checked": True}),
    "send back": (build.make_ready, "sol", actions.send_back, {"why": "The date is wrong."}),
    "sent": (build.make_approved, "ana", actions.record_sent, {"sent_on": 0, "how": "By hand"}),
    "received": (build.make_sent, "ana", actions.record_received, {"received_on": 0, "how": "Stamp"}),
    "answer": (
        build.make_received,
        "ana",
        actions.record_answer,
        {"status": Status.SIGNED, "answered_on": 0, "words": ""},
    ),
    "days": (
        build.make_received_earlier,
        "ana",
        actions.correct_days,
        {"sent_on": 3, "received_on": 2, "why": "Misread the stamp."},
    ),
    "take back": (build.make_answered, "ana", actions.take_back_answer, {"why": "Another case."}),
    "withdraw": (build.make_request, "ana", actions.withdraw, {"why": "The client asks for it."}),
}
LEADS_TO = {
    "ready": Status.READY,
    "approve": Status.APPROVED,
    "send back": Status.DRAFT,
    "sent": Status.SENT,
    "received": Status.RECEIVED,
    "answer": Status.SIGNED,
    "days": Status.RECEIVED,
    "take back": Status.RECEIVED,
    "withdraw": Status.WITHDRAWN,
}
EVENT = {
    "ready": "request_ready",
    "approve": "request_approved",
    "send back": "request_returned",
    "sent": "request_sent",
    "received": "request_received",
    "answer": "request_answered",
    "days": "request_edited",
    "take back": "answer_taken_back",
    "withdraw": "request_withdrawn",
}


def prepare(cast, draft, name):
    """The request before the move, who makes it, the action, and its answers with days counted back."""
    before, who, action, answers = MOVES[name]
    if before is not build.make_request:
        before(cast, draft)
    days = {key: build.ago(value) if key.endswith("_on") else value for key, value in answers.items()}
    return getattr(cast, who), action, days


@pytest.mark.parametrize("name", MOVES)
def test_it_works(cast, draft, name):
    user, action, answers = prepare(cast, draft, name)
    act(cast, user, action, draft, **answers)
    assert status_of(cast, draft) == LEADS_TO[name]
    last = history.read(read(cast, draft, "history")[-1])
    assert (last.on, last.event, last.who) == (today(), EVENT[name], user.sign_in_name)


@pytest.mark.parametrize("name", MOVES)
def test_it_is_on_record(cast, draft, name):
    user, action, answers = prepare(cast, draft, name)
    act(cast, user, action, draft, **answers)
    with cast.acting(cast.ana):
        build.opened(draft.case)
        newest = reading.readable(current(), case_id=draft.case_id)[0]
    assert newest.event == EVENT[name]


@pytest.mark.parametrize("name", MOVES)
def test_nothing_is_saved_when_the_audit_fails(cast, draft, name):
    user, action, answers = prepare(cast, draft, name)
    with audit_fails(*WATCHED):
        act(cast, user, action, draft, **answers)


@pytest.mark.parametrize("name", [name for name in MOVES if name != "days"])
def test_no_move_twice(cast, draft, name):
    user, action, answers = prepare(cast, draft, name)
    act(cast, user, action, draft, **answers)
    rev = build.rev(draft)
    with pytest.raises(rules.MoveRefused):
        act(cast, user, action, draft, **answers)
    assert build.rev(draft) == rev


@pytest.mark.parametrize("name", [name for name in MOVES if name != "days"])
def test_somebody_else_was_faster(cast, draft, name):
    user, action, answers = prepare(cast, draft, name)
    with cast.acting(user):
        found = build.found(draft)
        found.opened()
        CertificationRequest.objects.filter(pk=draft.pk).update(rev=found.rev + 1)
        with pytest.raises(Stale):
            action(request=found, by=user, on=today(), **answers)


# Drafting


def test_drafting_lets_supervising_attorneys_in(cast, case):
    CaseTeamAccess.objects.filter(group=cast.team("supervising").group).delete()
    with cast.acting(cast.sol):
        assert not Case.objects.visible_to(cast.sol, on=today()).exists()
    build.make_request(cast, case)
    with cast.acting(cast.sol):
        assert Case.objects.visible_to(cast.sol, on=today()).get() == case


def test_drafting_on_a_walled_case_lets_nobody_in(cast, case):
    with cast.acting(cast.ana):
        walled = build.opened(case)
        walled.walled = True
        walled.save()
    CaseTeamAccess.objects.filter(group=cast.team("supervising").group).delete()
    build.make_request(cast, case)
    assert not CaseTeamAccess.objects.filter(group=cast.team("supervising").group).exists()


def test_nothing_is_drafted_when_the_audit_fails(cast, case):
    with audit_fails(*WATCHED):
        build.make_request(cast, case)


def edit(cast, user, request, **answers):
    agency = Agency.objects.get(slug=build.MPD)
    act(cast, user, actions.edit_request, request, agency=agency, answers=answers)


@pytest.mark.parametrize("before", [None, build.make_ready, build.make_approved])
def test_an_edit_takes_the_approval_away(cast, draft, before):
    if before:
        before(cast, draft)
    edit(cast, cast.ben, draft, case_number="MP-26-000999")
    with cast.acting(cast.ana):
        again = build.found(draft)
        assert (again.status, again.case_number) == (Status.DRAFT, "MP-26-000999")
        assert (again.approved_on, again.signer, again.checked) == (None, "", [])


def test_what_was_sent_is_not_edited(cast, draft):
    build.make_sent(cast, draft)
    with pytest.raises(rules.MoveRefused):
        edit(cast, cast.ana, draft, case_number="MP-26-000999")
    assert read(cast, draft, "case_number") == "MP-26-000123"


def test_no_edit_when_the_audit_fails(cast, draft):
    with audit_fails(*WATCHED):
        edit(cast, cast.ana, draft, case_number="MP-26-000999")


# Ready and approved


@pytest.mark.parametrize("name", ["case_number", "crime_dates", "crime_place", "how_helped"])
def test_not_ready_while_something_is_missing(cast, draft, name):
    edit(cast, cast.ana, draft, **{name: ""})
    with pytest.raises(errors.NotReady):
        act(cast, cast.ana, actions.mark_ready, draft)
    assert status_of(cast, draft) == Status.DRAFT


def test_what_cannot_be_printed_is_not_approved(cast, draft):
    build.make_ready(cast, draft)
    with pytest.raises(errors.NotReady):
        act(cast, cast.sol, actions.approve, draft, checked=True, signer="Sol \u0378")
    Agency.objects.filter(slug=build.MPD).update(official="Chief \u0378")
    with pytest.raises(errors.NotReady):
        act(cast, cast.sol, actions.approve, draft, checked=True)
    assert status_of(cast, draft) == Status.READY


@pytest.mark.parametrize("who", ["ana", "ben"])
@pytest.mark.parametrize("action", [actions.approve, actions.send_back])
def test_only_supervising_attorneys_decide(cast, draft, who, action):
    build.make_ready(cast, draft)
    with pytest.raises(errors.NotASupervisor):
        act(cast, getattr(cast, who), action, draft)
    assert status_of(cast, draft) == Status.READY


def test_unconfirmed_law_must_be_checked(cast, draft):
    build.make_ready(cast, draft)
    with pytest.raises(errors.NotChecked):
        act(cast, cast.sol, actions.approve, draft)
    act(cast, cast.sol, actions.approve, draft, checked=True)
    assert len(read(cast, draft, "checked")) == 3  # two times to answer, and the standard


def test_confirmed_law_needs_no_check(cast, draft):
    ClockRule.objects.update(verified_on=today(), verified_by=cast.sol)
    build.make_ready(cast, draft)
    act(cast, cast.sol, actions.approve, draft)
    assert read(cast, draft, "checked") == []


def test_ties_to_enforcement_must_be_weighed(cast, case):
    draft = build.make_request(cast, case, slug=build.SHERIFF)
    build.make_ready(cast, draft)
    with pytest.raises(errors.NotWeighed):
        act(cast, cast.sol, actions.approve, draft, checked=True)
    act(cast, cast.sol, actions.approve, draft, checked=True, weighed=True)
    assert set(read(cast, draft, "warned")) == {"287g_jail", "usms_rider"}


def test_law_that_changed_after_the_approval_holds_the_letter(cast, draft):
    build.make_approved(cast, draft)
    ClockRule.objects.filter(slug="minnesota-statute").update(expedited_days=10)
    with pytest.raises(errors.NotChecked):
        act(cast, cast.ana, actions.record_sent, draft, sent_on=today(), how="By hand")
    assert status_of(cast, draft) == Status.APPROVED


# Days


def test_whoever_sends_it_keeps_its_clocks(cast, case):
    agency = Agency.objects.get(slug=build.MPD)
    with cast.acting(cast.ben):
        request = actions.draft_request(
            case=build.opened(case), agency=agency, by=cast.ben, on=today(), **build.ANSWERS
        )
    assert read(cast, request, "owner_name") == "ben"
    build.make_sent(cast, request)
    assert read(cast, request, "owner_name") == "ana"


@pytest.mark.parametrize(("sent", "received"), [(3, 4), (0, -1)])
def test_received_before_sent_or_tomorrow(cast, draft, sent, received):
    build.make_sent(cast, draft, on=build.ago(sent))
    with pytest.raises(rules.ImpossibleDates):
        act(cast, cast.ana, actions.record_received, draft, received_on=build.ago(received), how="")
    assert status_of(cast, draft) == Status.SENT


def test_sent_tomorrow(cast, draft):
    build.make_approved(cast, draft)
    with pytest.raises(rules.ImpossibleDates):
        act(cast, cast.ana, actions.record_sent, draft, sent_on=today() + timedelta(days=1), how="")


def test_answered_before_received(cast, draft):
    build.make_received(cast, draft)
    early = {"status": Status.SIGNED, "answered_on": build.ago(1), "words": ""}
    with pytest.raises(rules.ImpossibleDates):
        act(cast, cast.ana, actions.record_answer, draft, **early)
    assert status_of(cast, draft) == Status.RECEIVED


def test_a_late_entry_keeps_the_true_day(cast, draft):
    build.make_received(cast, draft, on=build.ago(5))
    said = [history.read(line) for line in read(cast, draft, "history")]
    assert [(line.on, line.day) for line in said[-2:]] == [(today(), build.ago(5))] * 2


def test_a_line_for_each_day_that_was_wrong(cast, draft):
    build.make_received(cast, draft, on=build.ago(6))
    right = {"sent_on": build.ago(6), "received_on": build.ago(4), "why": "Misread."}
    act(cast, cast.ana, actions.correct_days, draft, **right)
    before = read(cast, draft, "history")
    said = history.read(before[-1])
    assert (said.day, said.which, said.why) == (build.ago(6), "received_on", "Misread.")
    act(cast, cast.ana, actions.correct_days, draft, **{**right, "sent_on": build.ago(5)})
    assert [history.read(line).which for line in read(cast, draft, "history")[len(before) :]] == ["sent_on"]


def test_the_oldest_lines_say_no_more_than_the_day():
    line = history.read("2026-11-20\trequest_edited\tana\t2026-11-18\tMisread.")
    assert (line.which, line.why) == ("", "Misread.")


def test_a_receipt_by_mistake_is_taken_back(cast, draft):
    build.make_received(cast, draft, on=build.ago(2))
    act(cast, cast.ana, actions.correct_days, draft, sent_on=build.ago(2), received_on=None, why="Another.")
    assert status_of(cast, draft) == Status.SENT
    assert read(cast, draft, "received_how") == ""
    assert history.read(read(cast, draft, "history")[-1]).which == history.TAKEN_BACK


def test_the_day_of_an_answer_is_corrected(cast, draft):
    build.make_received(cast, draft, on=build.ago(5))
    answered = {"status": Status.SIGNED, "answered_on": today(), "words": ""}
    act(cast, cast.ana, actions.record_answer, draft, **answered)
    days = {"sent_on": build.ago(5), "received_on": build.ago(5), "answered_on": build.ago(1)}
    act(cast, cast.ana, actions.correct_days, draft, **days, why="The stamp says so.")
    assert (read(cast, draft, "answered_on"), status_of(cast, draft)) == (build.ago(1), Status.SIGNED)


@pytest.mark.parametrize("days", [{"received_on": 0}, {"answered_on": 0}])
def test_a_day_that_was_never_recorded_is_not_corrected(cast, draft, days):
    build.make_sent(cast, draft)
    typed = {"received_on": None, **{name: build.ago(day) for name, day in days.items()}}
    with pytest.raises(rules.MoveRefused):
        act(cast, cast.ana, actions.correct_days, draft, sent_on=today(), **typed, why="")


def test_no_answer_loses_its_day(cast, draft):
    build.make_received(cast, draft)
    answered = {"status": Status.REFUSED, "answered_on": today(), "words": "No."}
    act(cast, cast.ana, actions.record_answer, draft, **answered)
    with pytest.raises(rules.MoveRefused):
        act(cast, cast.ana, actions.correct_days, draft, sent_on=today(), received_on=None, why="")


def test_an_answer_may_come_after_silence(cast, draft):
    build.make_received(cast, draft)
    silent = {"status": Status.SILENT, "answered_on": today(), "words": ""}
    act(cast, cast.ana, actions.record_answer, draft, **silent)
    act(cast, cast.ana, actions.record_answer, draft, **{**silent, "status": Status.SIGNED})
    assert status_of(cast, draft) == Status.SIGNED
