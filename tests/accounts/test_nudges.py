from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from clinic.accounts import chores, nudges
from clinic.accounts.models import Nudge, NudgeMail, Organisation, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def make_user(name="ben", **more):
    organisation, _ = Organisation.objects.get_or_create(recovery_public_key=b"", recovery_sealed=b"")
    return User.objects.create(
        organisation=organisation, sign_in_name=name, email=f"{name}@clinic.example", **more
    )


def sent(on):
    """Which texts go out by a run on this day: p plain, u urgent."""
    before = len(mail.outbox)
    nudges.send(on)
    letters = {str(nudges.PLAIN.text): "p", str(nudges.URGENT.text): "u"}
    return "".join(letters[str(message.body)] for message in mail.outbox[before:])


def test_it_works():
    ben = make_user()
    nudges.promise(day=MONDAY, user=ben)
    assert sent(MONDAY - DAY) == ""
    assert sent(MONDAY) == "p"
    assert mail.outbox[0].to == ["ben@clinic.example"]


def test_a_second_run_sends_nothing_more():
    nudges.promise(day=MONDAY, user=make_user())
    assert sent(MONDAY) == "p"
    assert sent(MONDAY) == ""


def test_a_missed_run_is_made_up_once():
    nudges.promise(day=MONDAY, user=make_user())
    assert sent(MONDAY + 3 * DAY) == "p"
    assert sent(MONDAY + 3 * DAY) == ""


def test_what_is_not_done_is_named_again_the_next_day():
    nudges.promise(day=MONDAY, user=make_user())
    assert [sent(MONDAY), sent(MONDAY + DAY)] == ["p", "p"]


def test_what_is_done_is_not():
    nudge = nudges.promise(day=MONDAY, user=make_user())
    nudges.finish(nudge)
    nudges.finish(nudge)
    nudges.finish(None)
    assert sent(MONDAY) == ""
    assert not Nudge.objects.exists()


def test_something_waits_at_most_once_a_day():
    ben = make_user()
    nudges.promise(day=MONDAY, user=ben)
    assert sent(MONDAY) == "p"
    nudges.promise(day=MONDAY, user=ben)
    assert sent(MONDAY) == ""


def test_urgent_goes_out_the_day_before_and_on_the_day():
    nudges.promise(day=MONDAY, user=make_user(), urgent=True)
    assert [sent(MONDAY - 2 * DAY), sent(MONDAY - DAY), sent(MONDAY)] == ["", "u", "u"]


def test_urgent_at_most_three_times_a_day():
    ben = make_user()
    for _ in range(5):
        nudges.promise(day=MONDAY, user=ben, urgent=True)
        nudges.send(MONDAY)
    assert len(mail.outbox) == 3


def test_a_new_urgent_one_is_told_though_an_earlier_one_is_done():
    ben = make_user()
    first = nudges.promise(day=MONDAY, user=ben, urgent=True)
    assert sent(MONDAY) == "u"
    nudges.finish(first)
    nudges.promise(day=MONDAY, user=ben, urgent=True)
    assert sent(MONDAY) == "u"


def test_several_at_once_make_one_mail():
    ben = make_user()
    for _ in range(4):
        nudges.promise(day=MONDAY, user=ben, urgent=True)
    assert sent(MONDAY) == "u"


def test_nobody_who_left_is_written_to():
    nudges.promise(day=MONDAY, user=make_user(is_active=False))
    assert sent(MONDAY) == ""


def test_the_mail_is_the_same_for_everybody():
    for name in ("ben", "dee"):
        nudges.promise(day=MONDAY, user=make_user(name))
    nudges.send(MONDAY)
    assert len(mail.outbox) == 2
    assert len({(message.subject, message.body) for message in mail.outbox}) == 1


def test_a_mail_that_could_not_leave_goes_out_later(monkeypatch):
    nudges.promise(day=MONDAY, user=make_user())
    with monkeypatch.context() as broken:
        broken.setattr(nudges, "send_mail", _no_server)
        with pytest.raises(OSError, match="no server"):
            nudges.send(MONDAY)
    assert sent(MONDAY) == "p"


def test_one_bad_address_does_not_silence_the_others(monkeypatch):
    for name in ("ben", "dee"):
        nudges.promise(day=MONDAY, user=make_user(name))

    def picky(subject, body, sender, to):
        return _no_server() if "ben" in to[0] else mail.send_mail(subject, body, sender, to)

    monkeypatch.setattr(nudges, "send_mail", picky)
    with pytest.raises(OSError, match="no server"):
        nudges.send(MONDAY)
    assert [message.to for message in mail.outbox] == [["dee@clinic.example"]]


def _no_server(*args):
    raise OSError("no server")


def test_moving_deals_them_out():
    ben, dee, sol = make_user("ben"), make_user("dee"), make_user("sol")
    for _ in range(4):
        nudges.promise(day=MONDAY, user=ben)
    nudges.move(user=ben, to=[dee.id, sol.id])
    assert [user.nudges.count() for user in (ben, dee, sol)] == [0, 2, 2]


def test_handing_over_tells_the_new_person():
    ben, dee = make_user("ben"), make_user("dee")
    nudge = nudges.promise(day=MONDAY, user=ben)
    assert sent(MONDAY) == "p"
    nudges.hand_over(nudge, to=dee)
    assert sent(MONDAY) == "p"
    assert mail.outbox[-1].to == ["dee@clinic.example"]


def test_old_tallies_are_forgotten():
    NudgeMail.objects.create(day=MONDAY, user=make_user())
    assert nudges.forget_tallies(MONDAY + DAY) == 1


class TestTheTimer:
    def test_it_works(self, capsys):
        nudges.promise(day=date(2026, 3, 2), user=make_user())
        call_command("timer")
        assert "reminders sent: 1" in capsys.readouterr().out

    def test_each_chore_is_done_whatever_the_others_do(self, capsys, caplog):
        done = []

        def fails(on):
            raise RuntimeError

        def good(on):
            done.append(on)
            return 1

        chores.register("bad", fails)
        chores.register("good", good)
        with pytest.raises(CommandError):
            call_command("timer")
        assert done
        assert "bad: failed" in capsys.readouterr().out
