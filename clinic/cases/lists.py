"""What the teams' sealed indexes say of a case: written with every change, scanned by every list."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Q

from clinic import numbers
from clinic.accounts import roster, teams
from clinic.accounts.models import Purpose, Team, TeamEpoch, User
from clinic.vault import index
from clinic.vault.errors import Stale, Tampered
from clinic.vault.index import Entry, Hit, Snapshot
from clinic.vault.index.sealing import Trust
from clinic.vault.keyring import Keyring, TeamKeys, current
from clinic.vault.keys import PublicIdentity

from . import holding, names
from .models import Case, CaseRow, Detention, PartyRole, Person

CASE, STUB, PARTY = "case", "stub", "party"
FOLD_AT = 64  # each one that was delivered costs every reader some 0.2 ms
MOST = 20
LISTING = (Purpose.INTAKE, Purpose.COORDINATION, Purpose.SUPERVISING)

Maker = Callable[[Case], Iterable[Entry]]
_makers: dict[str, Maker] = {}


def register(name: str, maker: Maker) -> None:
    """`maker(case)`: what a room above lists of a case for those who decide. Renewed with the case."""
    _makers[name] = maker


def mirror(case: Case) -> None:
    """Brings every team's index in line with the case, in the transaction of the write."""
    holders = [] if case.walled else holding.vouched_teams(case)
    _hold(holders)
    people, detention = _people(case), Detention.objects.filter(case=case).first()
    entry = case_entry(case, people, detention)
    for team in holders:
        publish(team, entry)
    intake = teams.by_purpose(Purpose.INTAKE)
    if intake not in holders and not case.walled:
        publish(intake, stub_entry(case, people))
    for person in people:
        _publish_party(case, person)
    if not case.walled:
        _publish_rows(case)


def hide(case: Case) -> None:
    """For a wall: no list shows the case any more; the conflicts index keeps its parties."""
    _hold([])
    for purpose in LISTING:
        team = teams.by_purpose(purpose)
        for thing in (case.pk, *_listed(case)):
            withdraw(team, thing)


def publish(team: Team, entry: Entry) -> None:
    """Puts an entry into a team's index, or delivers it where the writer is no member."""
    ring = current()
    if team.pk in ring.teams:
        index.put(ring.teams[team.pk], entry)
        return
    trusted = roster.trusted_team(team.pk)
    index.deliver(team.pk, trusted.epoch, trusted.public, entry=entry)


def publish_for_deciding(entry: Entry) -> None:
    _hold([])
    _publish_for_deciding(entry)


def _publish_for_deciding(entry: Entry) -> None:
    for purpose in (Purpose.COORDINATION, Purpose.SUPERVISING):
        publish(teams.by_purpose(purpose), entry)


def withdraw(team: Team, thing: UUID) -> None:
    ring = current()
    if team.pk in ring.teams:
        index.drop(ring.teams[team.pk], thing)
        return
    trusted = roster.trusted_team(team.pk)
    index.deliver(team.pk, trusted.epoch, trusted.public, gone=thing)


def scan(purpose: Purpose) -> Snapshot:
    """The index of the team with this purpose. Raises Locked for non-members."""
    ring = current()
    return index.scan(ring.team(ring.named.get(purpose, ring.user)), trust=trusting())


def fold(keys: TeamKeys) -> None:
    """Folds pending changes into segments, once there are many."""
    if index.pending(keys.id) >= FOLD_AT:
        index.compact(keys, trust=trusting(), seeds=teams.seeds(keys))


def fold_own(_user: User, ring: Keyring) -> None:
    """At sign-in: the indexes of the person's teams."""
    if any(index.pending(team) >= FOLD_AT for team in ring.teams):
        _fold_all(ring)


@transaction.atomic
def _fold_all(ring: Keyring) -> None:
    index.lock_all(ring.teams)
    for keys in ring.teams.values():
        fold(keys)


def reseal(old: TeamKeys, new: TeamKeys, _epoch: TeamEpoch) -> None:
    """Part of a team's rotation."""
    index.reseal(old, new, trust=trusting(), seeds=teams.seeds(new))


def search(typed: str) -> list[Hit]:
    """Cases and stubs in any of the person's teams, by a misspelt name or part of a number; best first.

    One more than MOST where there are more than that: `best` says so to the page.
    """
    return _find(typed, (CASE, STUB))


def best(hits: list[Hit]) -> tuple[list[Hit], bool]:
    """What a page shows, and whether more was found."""
    return hits[:MOST], len(hits) > MOST


def parties(typed: str) -> list[Hit]:
    """For a conflict check: every party of every case, walled and closed ones too."""
    return _find(typed, (PARTY,))


def trust(user: UUID) -> PublicIdentity:
    return roster.person(user).public


def trusting() -> Trust:
    """For many entries by many people: the roster is read once, and only where somebody must be asked for."""
    known: dict[UUID, roster.Person] = {}

    def ask(user: UUID) -> PublicIdentity:
        if not known:
            known.update(roster.people())
        if user not in known:
            raise Tampered
        return known[user].public

    return ask


def _find(typed: str, kinds: tuple[str, ...]) -> list[Hit]:
    best: dict[UUID, Hit] = {}
    words = names.fold(typed)
    digits = names.digits_of(typed) or names.reference_of(typed)
    if not words and not digits:
        return []
    asking = trusting()
    for keys in current().teams.values():
        snapshot = index.scan(keys, trust=asking)
        for hit in snapshot.find(words, names.similar, digits=digits, most=MOST + 1, kinds=kinds):
            keep_best(best, hit)
        if snapshot.unfolded >= FOLD_AT:
            fold(keys)
    return sorted(best.values(), key=lambda hit: -hit.score)[: MOST + 1]


def keep_best(best: dict[UUID, Hit], hit: Hit) -> None:
    """Of two hits of one thing the first, unless that is a stub."""
    known = best.get(hit.entry.id)
    if known is None or known.entry.kind == STUB:
        best[hit.entry.id] = hit


# Entries ---------------------------------------------------------------------


def case_entry(case: Case, people: Iterable[Person], detention: Detention | None) -> Entry:
    people = list(people)
    client = client_of(people)
    return Entry(
        id=case.pk,
        kind=f"{CASE}.{case.stage}",
        terms=_terms(people),
        digits=[*_digits(people), names.reference_of(case.reference)],
        day=case.next_on,
        owner=UUID(case.owner) if case.owner else None,
        data={
            "reference": case.reference,
            "name": client.full_name if client else "",
            "language": client.language if client else "",
            "held_at": detention.held_at if detention else "",
            "hearing_on": _plain(detention.hearing_on) if detention else "",
            "opened_on": _plain(case.opened_on),
            "urgent": bool(case.urgent),
            "urgent_why": case.urgent_why,
            "owner_name": case.owner_name,
            "next_what": case.next_what,
        },
    )


def stub_entry(case: Case, people: Iterable[Person]) -> Entry:
    """After hand-over: enough to recognise the sister's second call, without the case key."""
    people = list(people)
    client = client_of(people)
    data = {
        "reference": case.reference,
        "name": client.full_name if client else "",
        "owner_name": case.owner_name,
        "opened_on": _plain(case.opened_on),
    }
    digits = [*_digits(people), names.reference_of(case.reference)]
    return Entry(id=case.pk, kind=STUB, terms=_terms(people), digits=digits, data=data)


def client_of(people: Iterable[Person]) -> Person | None:
    return next((person for person in people if person.role == PartyRole.CLIENT), None)


def caller_of(people: Iterable[Person]) -> Person | None:
    return next((person for person in people if person.role == PartyRole.CALLER), None)


def _publish_party(case: Case, person: Person) -> None:
    data = {"role": str(person.role), "reference": "" if case.walled else case.reference}
    entry = Entry(id=person.pk, kind=PARTY, terms=_terms([person]), digits=_digits([person]), data=data)
    _publish_for_deciding(entry)


def _publish_rows(case: Case) -> None:
    for maker in _makers.values():
        for entry in maker(case):
            _publish_for_deciding(entry)


def _listed(case: Case) -> Iterator[UUID]:
    """Rows of the rooms above, which list them by their own id."""
    for model in apps.get_models():
        if issubclass(model, CaseRow) and model._meta.app_label != Case._meta.app_label:
            yield from model._default_manager.filter(case=case).values_list("pk", flat=True)


def _hold(more: Iterable[Team]) -> None:
    """Nobody else writes to these indexes until the transaction ends.

    Raises Stale where a team got new keys since this request opened them: what the old ones seal is lost.
    """
    ring = current()
    concerned = Q(organisation=ring.organisation, purpose__in=LISTING) | Q(pk__in=[team.pk for team in more])
    found = Team.objects.filter(concerned).values_list("pk", "current_epoch")
    index.lock_all([team for team, _epoch in found])
    if any(ring.teams[team].epoch != epoch for team, epoch in found.all() if team in ring.teams):
        raise Stale


def _plain(day: date | None) -> str:
    return day.isoformat() if day else ""


def _people(case: Case) -> list[Person]:
    return list(Person.objects.filter(case=case))


def _terms(people: Iterable[Person]) -> list[str]:
    return names.terms(
        name for person in people for name in (person.given_names, person.family_names, *person.other_names)
    )


def _digits(people: Iterable[Person]) -> list[str]:
    written = (number for person in people for number in (person.phone, *person.a_numbers))
    return [digits for number in written for digits in numbers.digits_in(number)]
