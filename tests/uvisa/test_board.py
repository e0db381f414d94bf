from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.accounts import teams
from clinic.accounts.models import Purpose
from clinic.audit.models import AuditEvent
from clinic.cases import actions as cases
from clinic.cases import lists
from clinic.cases.models import Person
from clinic.directory import actions as directory
from clinic.directory.models import ClockRule
from clinic.vault import index
from clinic.vault.index import Entry
from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.pages import words
from tests.uvisa.test_actions import act
from uvisa import actions, listing
from uvisa import board as boards
from uvisa.models import CertificationRequest
from uvisa.rules import Status

BOARD = "/certification/"
NOON = "2026-11-20 12:00-06:00"  # a Friday


def look(browser, *, mine=False):
    response = browser.get(BOARD + ("?mine" if mine else ""), secure=True)
    assert response.status_code == 200
    return words(response)


@time_machine.travel(NOON, tick=False)
def test_it_works(cast, draft):
    build.make_received(cast, draft)
    page = look(signed_in(cast, "ana"))
    assert "Minneapolis Police Department must answer" in page
    assert "<strong>The city’s rule:</strong> 7 days, due Friday, November 27, 2026." in page
    assert "<strong>The state’s rule:</strong> 14 days, due Friday, December 4, 2026." in page
    assert "Minneapolis ordinance of December 2017" in page
    assert "Minn. Stat. 611A.95, subd. 2(b)" in page
    assert "Not strict: we chase, and call nobody late." in page
    assert page.count("Verify with a lawyer") == 2
    assert "Quintessa Zvezdalia" in page
    assert "Owner: ana" in page
    assert '<h2 id="due-later">' in page
    assert "<title>Certification requests" in page


@time_machine.travel(NOON, tick=False)
def test_business_days_are_called_so(cast, case):
    ClockRule.objects.filter(slug="minnesota-statute").update(unit="business")
    build.make_received(cast, build.make_request(cast, case))
    page = look(signed_in(cast, "ana"))
    assert "<strong>The state’s rule:</strong> 14 business days, due Friday, December 11, 2026." in page
    assert "<strong>The city’s rule:</strong> 7 days, due" in page


def correct_name(cast, draft, who):
    by = getattr(cast, who)
    with cast.acting(by):
        case = build.opened(draft.case)
        client = lists.client_of(Person.objects.filter(case=case))
        assert client
        client.given_names = "Quentina"
        cases.edit_case(case=case, rows=[client], by=by)


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_a_corrected_name_stands_on_it_at_once(cast, draft, who):
    """ben holds the case, but not the key of the list: what he changes is delivered."""
    build.make_received(cast, draft)
    correct_name(cast, draft, who)
    for reader in ("ana", "sol"):
        page = look(signed_in(cast, reader))
        assert "Quentina Zvezdalia" in page
        assert "Quintessa" not in page


def test_a_walled_case_stays_off_it_when_a_name_is_corrected(cast, draft):
    build.make_received(cast, draft)
    with cast.acting(cast.sol):
        cases.wall_case(
            case=build.opened(draft.case), people=[cast.sol, cast.ben], why="A conflict.", by=cast.sol
        )
    correct_name(cast, draft, "ben")
    page = look(signed_in(cast, "sol"))
    assert "Quentina" not in page
    assert "No agency owes us an answer." in page


def test_looking_is_on_record(cast):
    browser = signed_in(cast, "ana")
    before = AuditEvent.objects.count()
    look(browser)
    assert AuditEvent.objects.count() == before + 1


@pytest.mark.parametrize("name", ["ben", "chi", "dee"])
def test_who_may_not(cast, name):
    assert signed_in(cast, name).get(BOARD, secure=True).status_code == 403


def test_a_stranger_signs_in_first(cast):
    assert Client().get(BOARD, secure=True).status_code == 302


def test_it_is_only_read(cast):
    assert signed_in(cast, "ana").post(BOARD, secure=True).status_code == 405


def test_nothing_there(cast):
    page = look(signed_in(cast, "sol"))
    assert "No agency owes us an answer." in page
    assert "Nothing waits on us." in page


def test_what_waits_on_us(cast, draft):
    build.make_ready(cast, draft)
    page = look(signed_in(cast, "sol"))
    assert "Waits for a supervising attorney" in page
    assert "Minneapolis Police Department" in page


def test_an_answered_request_leaves(cast, draft):
    build.make_received(cast, draft)
    with cast.acting(cast.ana):
        found, today = build.found(draft), timezone.localdate()
        signed = Status.SIGNED
        actions.record_answer(
            request=found, status=signed, answered_on=today, words="", by=cast.ana, on=today
        )
    assert "No agency owes us an answer." in look(signed_in(cast, "ana"))


def test_unconfirmed_receipt_is_asked_for_after_three_days(cast, draft):
    build.make_sent(cast, draft, on=build.ago(3))
    page = look(signed_in(cast, "ana"))
    assert "Ask Minneapolis Police Department whether it arrived" in page
    assert '<h2 id="due-today">' in page


def give_up(cast, request):
    silent = {"status": Status.SILENT, "answered_on": build.ago(1), "words": ""}
    act(cast, cast.ana, actions.record_answer, request, **silent)


def test_no_answer_at_all_stays_in_sight(cast, draft):
    build.make_received(cast, draft, on=build.ago(20))
    give_up(cast, draft)
    page = look(signed_in(cast, "ana"))
    assert "No answer from Minneapolis Police Department: decide what next" in page
    assert '<h2 id="due-overdue">' in page


def test_silence_without_any_rule_is_to_be_decided_too(cast, case):
    ClockRule.objects.all().delete()
    request = build.make_request(cast, case)
    build.make_received(cast, request, on=build.ago(20))
    give_up(cast, request)
    with cast.acting(cast.ana):
        (row,) = rows_of(boards.board(today=timezone.localdate()))
    assert (row["due_on"], row["late"]) == (build.ago(1), "1 day past")


# Late, and only past


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, []),
        (8, ["1 day past"]),
        (17, ["10 days past", "3 days late"]),
    ],
)
def test_only_what_binds_is_late(cast, draft, days, said):
    with time_machine.travel(NOON, tick=False):
        build.make_received(cast, draft)
    with cast.acting(cast.ana):
        (row,) = rows_of(boards.board(today=date(2026, 11, 20) + timedelta(days=days)))
    assert [one["late"] for one in row["clocks"] if one["late"]] == said
    assert row["late"] == (said[-1] if said else "")
    state, city = ("The state’s rule", date(2026, 12, 4)), ("The city’s rule", date(2026, 11, 27))
    assert (row["rule"], row["due_on"]) == (state if days == 17 else city)


@pytest.mark.parametrize(
    ("on", "kind", "what", "late"),
    [
        ("2026-12-24", "tomorrow", "Minneapolis Police Department must answer", ""),
        ("2026-12-25", "today", "Ask Minneapolis Police Department for its answer", ""),
        ("2026-12-28", "overdue", "Ask Minneapolis Police Department for its answer", ""),
        ("2026-12-29", "overdue", "Minneapolis Police Department must answer", "1 day past"),
        ("2027-01-05", "overdue", "Minneapolis Police Department must answer", "1 day late"),
    ],
)
def test_a_day_off_is_when_we_chase_and_never_when_they_are_late(cast, draft, on, kind, what, late):
    """The city's seven days end on December 25: the agency has until Monday."""
    with time_machine.travel("2026-12-18 12:00-06:00", tick=False):
        build.make_received(cast, draft)
    with cast.acting(cast.ana):
        shown = boards.board(today=date.fromisoformat(on))
    (group,) = [group for group in shown.groups if group["rows"]]
    (row,) = group["rows"]
    assert (group["kind"], row["what"], row["late"]) == (kind, what, late)
    assert row["due_on"] == (date(2027, 1, 4) if "late" in late else date(2026, 12, 25))


def test_the_number_overdue_stands_in_the_title(cast, draft):
    build.make_received(cast, draft, on=build.ago(40))
    page = look(signed_in(cast, "ana"))
    assert "<title>1 overdue: certification requests" in page
    assert '<h2 id="due-overdue">' in page


# The mark is looked up anew, the rule is not


@time_machine.travel(NOON, tick=False)
def test_a_confirmation_shows_at_once(cast, draft):
    build.make_received(cast, draft)
    rule = ClockRule.objects.get(slug="minnesota-statute")
    with cast.acting(cast.sol):
        directory.confirm_rule(rule=rule, on=timezone.localdate(), by=cast.sol)
    page = look(signed_in(cast, "ana"))
    assert page.count("Verify with a lawyer") == 1
    assert page.count("Confirmed") == 1


@time_machine.travel(NOON, tick=False)
def test_another_number_that_was_confirmed_does_not_count(cast, draft):
    build.make_received(cast, draft)
    ClockRule.objects.filter(slug="minnesota-statute").update(
        expedited_days=10, verified_on="2026-11-20", verified_by=cast.sol
    )
    page = look(signed_in(cast, "ana"))
    assert "14 days, due Friday, December 4, 2026." in page
    assert page.count("Verify with a lawyer") == 2


# Whose


def fill(cast, template: Entry, days: range, owner=None):
    """Copies of one listed request, due on these days from today."""
    today = timezone.localdate()
    with cast.acting(cast.ana):
        team = teams.by_purpose(Purpose.COORDINATION)
        for n in days:
            due = today + timedelta(days=n)
            lists.publish(team, replace(template, id=uuid4(), day=due, owner=owner or template.owner))


@pytest.fixture
def listed(cast, draft):
    build.make_received(cast, draft)
    with cast.acting(cast.ana):
        return listing.entry_of(build.found(draft), build.opened(draft.case))


def board_of(cast, user, **asked):
    with cast.acting(user):
        return boards.board(today=timezone.localdate(), **asked)


def rows_of(board):
    return [row for group in board.groups for row in group["rows"]]


def test_mine_first_under_each_heading(cast, listed):
    fill(cast, listed, range(10, 13), owner=cast.sol.pk)
    fill(cast, listed, range(20, 22))
    later = next(group["rows"] for group in board_of(cast, cast.ana).groups if group["kind"] == "later")
    days = [(row["due_on"] - timezone.localdate()).days for row in later]
    assert days[-3:] == [10, 11, 12]
    assert set(days[:-3]) >= {20, 21}


def test_only_mine(cast, listed):
    fill(cast, listed, range(3), owner=cast.sol.pk)
    assert len(rows_of(board_of(cast, cast.ana))) == 4
    assert len(rows_of(board_of(cast, cast.ana, mine=True))) == 1
    assert "Show everyone’s" in look(signed_in(cast, "ana"), mine=True)


# Many


def queries(browser):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        look(browser)
    return len(caught)


def test_as_many_queries_for_sixty_as_for_three(cast, listed):
    fill(cast, listed, range(2))
    browser = signed_in(cast, "ana")
    look(browser)
    few = queries(browser)
    fill(cast, listed, range(57))
    assert queries(browser) == few
    fold(cast)
    folded = queries(browser)
    fill(cast, listed, range(60))
    fold(cast)
    assert queries(browser) == folded


def fold(cast):
    with cast.acting(cast.ana) as ring:
        keys = ring.team(ring.named[Purpose.COORDINATION])
        index.compact(keys, trust=lists.trusting(), seeds=teams.seeds(keys))


def test_no_more_is_opened_than_is_shown(cast, listed, monkeypatch):
    fill(cast, listed, range(30))
    fold(cast)
    opened: list[bytes] = []
    monkeypatch.setattr(boards, "MOST", 5)
    monkeypatch.setattr(Entry, "from_line", counting(Entry.from_line, opened))
    board = board_of(cast, cast.ana)
    assert len(rows_of(board)) == len(opened) == 5
    assert board.hidden == 26


def counting(method, calls):
    def counted(line):
        calls.append(line)
        return method(line)

    return counted


def test_what_is_not_shown_is_counted_and_said(cast, listed, monkeypatch):
    fill(cast, listed, range(-4, 4))
    monkeypatch.setattr(boards, "MOST", 2)
    page = look(signed_in(cast, "ana"))
    assert "<title>4 overdue" in page
    assert "7 more are not shown" in page
    assert "2 of these are overdue." in page
    home = words(signed_in(cast, "ana").get("/", secure=True))
    assert "<title>4 overdue" in home
    assert "2 more certification requests are overdue and not shown." in home


def test_what_is_not_shown_and_not_late_is_not_called_late(cast, listed, monkeypatch):
    fill(cast, listed, range(1, 5))
    monkeypatch.setattr(boards, "MOST", 2)
    page = look(signed_in(cast, "ana"))
    assert "more are not shown" in page
    assert "overdue" not in page.partition("more are not shown")[2].partition("</p>")[0]


def test_many_drafts_do_not_hide_what_waits_for_approval(cast, case, monkeypatch):
    for _ in range(3):
        build.make_request(cast, case)
    build.make_ready(cast, build.make_request(cast, case))
    monkeypatch.setattr(boards, "MOST", 2)
    assert [row["status"] for row in board_of(cast, cast.sol).ours] == ["ready", "draft"]
    page = look(signed_in(cast, "ana"))
    assert 'Waiting on us <span class="count">4</span>' in page
    assert "2 more wait on us and are not shown" in page


def test_a_walled_case_is_on_no_board(cast, case):
    with cast.acting(cast.ana):
        walled = build.opened(case)
        walled.walled = True
        walled.save()
    build.make_request(cast, case)
    assert CertificationRequest.objects.count() == 1
    assert board_of(cast, cast.ana).ours == []
