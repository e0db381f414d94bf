"""Everything that brings a case to somebody. Each is one transaction, with the audit in it.

The caller has the case's keys in the keyring; for an offer, `access.accept` opens it.
"""

from datetime import date

from django.db import transaction

from clinic.accounts import nudges, roster, teams
from clinic.accounts.models import Purpose, User
from clinic.accounts.roster import Person
from clinic.audit import actions as audit
from clinic.cases import access, generations, holding, lists, promises
from clinic.cases.actions import FEWEST
from clinic.cases.errors import TooFew
from clinic.cases.models import Case, CaseUserAccess, Compartment, Stage
from clinic.vault.errors import Stale
from clinic.vault.keyring import current

from . import people, rules
from .errors import Refused
from .models import Referral
from .rules import How, Reason, Status


@transaction.atomic
def give_case(*, case: Case, to: User, by: User, on: date, rev: int | None = None) -> bool:
    """From now on `to` has the case. False where the attorney notes stay shut, because `by` lacks their key.

    Raises Refused, Stale where the case changed since `rev`, Tampered for somebody not on the roster,
    TooFew where fewer than two could open a walled case then, NotesWouldBeLost.
    """
    case = _locked(case, rev, on)
    person = _checked(How.GIVE, case, to, None)
    _check_two_stay(case, case.owner, to)
    handing = [Compartment.ATTORNEY] if access.holds(case, Compartment.ATTORNEY) else []
    generations.check_notes_stay(case, case.owner, handing=handing)
    _take_from_owner(case, on)
    whole = access.grant_attorney(case, to, by=by)
    _end_offers(case, on=on)
    _open(case, How.GIVE, person, to, by=by, on=on)
    _hand_over(case, to, person.name)
    audit.record(audit.Event.GIVEN, by=by, case_id=case.pk, details={"to": str(to.pk), "name": person.name})
    return whole


@transaction.atomic
def let_help(*, case: Case, to: User, until: date | None, by: User, on: date, rev: int | None = None) -> None:
    """`to` can open the case, not the attorney notes, to the end of the day `until`. Raises as give_case."""
    case = _locked(case, rev, on)
    person = _checked(How.HELP, case, to, until)
    access.grant(case, to, Compartment.CASE, by=by, expires_on=until)
    _end_open(case, to, How.HELP, on=on)
    _open(case, How.HELP, person, to, by=by, on=on, until=until)
    audit.record(audit.Event.LENT, by=by, case_id=case.pk, details={"to": str(to.pk), "name": person.name})


@transaction.atomic
def offer_case(
    *, case: Case, to: User, until: date | None, by: User, on: date, rev: int | None = None
) -> None:
    """`to` may consider the case and accept it, to the end of the day `until`. Raises as give_case."""
    case = _locked(case, rev, on)
    person = _checked(How.OFFER, case, to, until)
    assert until is not None
    access.offer(case, to, by=by, until=until)
    _end_open(case, to, How.OFFER, on=on)
    _open(case, How.OFFER, person, to, by=by, on=on, until=until)
    case.stage = Stage.OFFERED
    case.save()
    lists.mirror(case)
    audit.record(audit.Event.OFFERED, by=by, case_id=case.pk, details={"to": str(to.pk), "name": person.name})


@transaction.atomic
def accept_offer(*, case: Case, by: User, on: date) -> None:
    """The case is theirs, and every other offer of it ends. Raises OfferGone."""
    case = access.lock(case)
    access.accept(case, by=by)
    _end_offers(case, on=on, accepted_by=by)
    _hand_over(case, by, roster.trusted_identity(by.pk).name)
    audit.record(audit.Event.ACCEPTED, by=by, case_id=case.pk)


@transaction.atomic
def decline_offer(*, case: Case, reason: Reason, by: User, on: date) -> None:
    """No key stays behind. Raises OfferGone."""
    case = access.lock(case)
    access.unlock_offer(case)
    access.withdraw(case, by)
    _end_open(case, by, How.OFFER, on=on, status=Status.DECLINED, reason=reason)
    _wait_again(case, on)
    audit.record(audit.Event.DECLINED, by=by, case_id=case.pk, details={"reason": reason.value})


@transaction.atomic
def withdraw_offer(*, referral: Referral, by: User, on: date) -> None:
    """Raises Stale where it was answered meanwhile."""
    case = access.lock(referral.case)
    fresh = Referral.objects.get(pk=referral.pk)
    if fresh.how != How.OFFER or fresh.status != Status.OPEN:
        raise Stale
    access.withdraw(case, User.objects.get(pk=fresh.to))
    _end(fresh, Status.WITHDRAWN, on=on)
    _wait_again(case, on)
    told = {"to": fresh.to, "name": fresh.to_name}
    audit.record(audit.Event.OFFER_WITHDRAWN, by=by, case_id=case.pk, details=told)


@transaction.atomic
def confirm_receipt(*, case: Case, by: User, on: date) -> None:
    """The person who was given the case says that they know. A second time does nothing."""
    access.lock(case)
    mine = [row for row in _opened(case) if row.to == str(by.pk) and row.how != How.OFFER]
    if not mine:
        return
    for row in mine:
        _end(row, Status.ACCEPTED, on=on)
    access.settle(case)
    audit.record(audit.Event.SEEN, by=by, case_id=case.pk)


@transaction.atomic
def take_back(*, case: Case, person: User, renew_keys: bool, by: User, on: date) -> list[Compartment]:
    """`person` cannot open the case any more; with `renew_keys` not even with keys they copied.

    Gives the compartments whose keys wait for somebody who holds them. Raises NotesWouldBeLost, and
    TooFew for a walled case.
    """
    case = _locked(case, None, on)
    _check_two_stay(case, str(person.pk))
    generations.check_notes_stay(case, str(person.pk))
    staying = [row for row in access.holders(case) if row.user_id != person.pk]
    access.revoke(case, person)
    _end_everything(case, person, on=on)
    left = _renew_keys(case, on) if renew_keys else []
    case = Case.objects.get(pk=case.pk)
    _pass_promises_on(case, person, [row.user for row in staying], by)
    if case.owner == str(person.pk):
        case.owner, case.owner_name, case.stage = "", "", Stage.WAITING
        case.save()
    lists.mirror(case)
    if renew_keys:
        audit.record(audit.Event.KEYS_RENEWED, by=by, case_id=case.pk)
    told = {"from": str(person.pk), "name": _known_name(person)}
    audit.record(audit.Event.REVOKED, by=by, case_id=case.pk, details=told)
    return left


# Deciding --------------------------------------------------------------------


def _locked(case: Case, rev: int | None, on: date) -> Case:
    fresh = access.lock(case)
    if rev is not None and fresh.rev != rev:
        raise Stale
    access.settle(fresh)
    for row in Referral.objects.filter(case=fresh):
        if rules.ran_out(row.status, row.until, on):
            _end(row, Status.RAN_OUT, on=on)
    return fresh


def _checked(how: How, case: Case, to: User, until: date | None) -> Person:
    """Whom the roster knows as working here, and whom no rule forbids."""
    person = roster.trusted_identity(to.pk)
    refusal = rules.why_not(
        how,
        stage=case.stage,
        role=person.role,
        has_it=_has_it(how, case, to),
        walled=bool(case.walled),
        supervising=Purpose.SUPERVISING in current().named,
        until=until,
    )
    if refusal:
        raise Refused(refusal)
    return person


def _known_name(user: User) -> str:
    """Empty for somebody whom the roster does not know: their row is taken away all the same."""
    known = roster.people().get(user.pk)
    return known.name if known else ""


def _has_it(how: How, case: Case, to: User) -> bool:
    """Lending would put a last day to what somebody has; giving may bring the notes that were missing."""
    if how == How.HELP:
        return any(row.user_id == to.pk and row.expires_on is None for row in access.holders(case))
    return case.owner == str(to.pk) and not people.may_pass_notes_on(case, to.pk)


# Handing over ----------------------------------------------------------------


def _hand_over(case: Case, owner: User, name: str) -> None:
    """Intake's key goes and its stub stays; the promise on the case is the new owner's now."""
    access.revoke_team(case, teams.by_purpose(Purpose.INTAKE))
    promises.hand_over(case, to=owner)
    case.stage, case.owner, case.owner_name = Stage.GIVEN, str(owner.pk), name
    case.save()
    lists.mirror(case)


def _take_from_owner(case: Case, on: date) -> None:
    """Whoever had the case by name until now."""
    owner = User.objects.filter(pk=case.owner).first() if case.owner else None
    if owner is None:
        return
    access.revoke(case, owner)
    for row in Referral.objects.filter(case=case):
        if row.to == case.owner and row.how == How.GIVE and row.status != Status.WITHDRAWN:
            _end(row, Status.WITHDRAWN, on=on)


def _renew_keys(case: Case, on: date) -> list[Compartment]:
    """Offers end with the old keys. Gives what only the next writer who holds it can renew."""
    left = generations.renew(case)
    case = generations.remember(case, left)
    _end_offers(case, on=on)
    _wait_again(case, on)
    return left


def _pass_promises_on(case: Case, person: User, staying: list[User], by: User) -> None:
    if case.walled:
        promises.stay_with(case, staying, by=by)
    else:
        promises.pass_on(case, of=person, to=by)


def _check_two_stay(case: Case, without: str, *more: User) -> None:
    """Behind a wall no team opens the case. Raises TooFew: who helps until a day does not count."""
    before = holding.lasting_holders(case)
    after = {one for one in before if str(one) != without} | {one.pk for one in more}
    if case.walled and len(after) < min(FEWEST, len(before)):
        raise TooFew


def _wait_again(case: Case, on: date) -> None:
    left = CaseUserAccess.objects.live(on).filter(content_object=case, permission__codename=access.CONSIDER)
    stage = Stage(rules.stage_after_offers(case.stage, left.count()))
    if stage != case.stage:
        case.stage = stage
        case.save()
        lists.mirror(case)


# Referrals -------------------------------------------------------------------


def _open(
    case: Case, how: How, person: Person, to: User, *, by: User, on: date, until: date | None = None
) -> None:
    """Its constant mail says only that something waits."""
    row = Referral(organisation_id=case.organisation_id, case=case)
    row.to, row.to_name, row.by_name = str(to.pk), person.name, roster.person(by.pk).name
    row.how, row.made_on, row.until = how, on, until
    row.nudge = str(nudges.promise(day=on, user=to))
    row.save()


def _end_everything(case: Case, person: User, *, on: date) -> None:
    for row in Referral.objects.filter(case=case):
        if row.to == str(person.pk) and row.status not in (Status.WITHDRAWN, Status.DECLINED):
            _end(row, Status.WITHDRAWN, on=on)


def _opened(case: Case) -> list[Referral]:
    return [row for row in Referral.objects.filter(case=case) if row.status == Status.OPEN]


def _end(row: Referral, status: Status, *, on: date, reason: Reason | None = None) -> None:
    nudges.finish(row.end(status, on=on, reason=reason))
    row.save()


def _end_open(
    case: Case,
    to: User,
    how: How,
    *,
    on: date,
    status: Status = Status.WITHDRAWN,
    reason: Reason | None = None,
) -> None:
    for row in _opened(case):
        if row.to == str(to.pk) and row.how == how:
            _end(row, status, on=on, reason=reason)


def _end_offers(case: Case, *, on: date, accepted_by: User | None = None) -> None:
    """Every open offer of the case, and its key."""
    access.withdraw(case)
    for row in _opened(case):
        if row.how == How.OFFER:
            mine = accepted_by is not None and row.to == str(accepted_by.pk)
            _end(row, Status.ACCEPTED if mine else Status.WITHDRAWN, on=on)
