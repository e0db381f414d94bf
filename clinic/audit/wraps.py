"""Who can read an event: its key, wrapped for those who hold the case and for teams."""

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from django.db.models import F

from clinic.accounts import roster
from clinic.accounts import teams as rooms
from clinic.accounts.models import Purpose, Team, TeamEpoch
from clinic.vault.envelope import Box, Scope
from clinic.vault.errors import Locked, Stale, Tampered
from clinic.vault.keyring import Keyring
from clinic.vault.keys import PublicKey
from clinic.vault.wraps import Kek, Subject, is_public, unwrap_with, wrap_to

from .models import AuditEvent, AuditKeyWrap

CASE, TEAM = AuditKeyWrap.Kind.CASE, AuditKeyWrap.Kind.TEAM
Publics = Mapping[UUID, PublicKey]
Trust = Callable[[list[Team]], Publics]
Generation = Callable[[UUID], int | None]
_registered: dict[str, Generation] = {}


def register(name: str, generation: Generation) -> None:
    """`generation(case_id)`: of the case's own key, which nobody else renews until the transaction ends."""
    _registered[name] = generation


def check_newest(ring: Keyring, case_id: UUID) -> None:
    """Raises Stale where the case has newer keys than the ring, Locked where the ring has none.

    Call it before the end of the chain is locked: whoever renews a case locks its key first, too.
    """
    held = ring.newest(Scope("case", case_id)).generation
    if any(generation(case_id) not in (None, held) for generation in _registered.values()):
        raise Stale


def subject_of(event: AuditEvent) -> Subject:
    return event_subject(event.id, event.commitment)


def event_subject(event: UUID, commitment: bytes | memoryview) -> Subject:
    return Subject("event", event, 0, bytes(commitment))


def case_kek(box: Box, case_id: UUID) -> Kek:
    return Kek(box.key, case_id, box.generation)


def wraps_for(
    event: AuditEvent, key: bytes, ring: Keyring, case_id: UUID | None, trust: Trust
) -> list[AuditKeyWrap]:
    """A case's events for those who hold it, others for coordination, all for the supervising attorneys."""
    purposes = [Purpose.SUPERVISING]
    rows = []
    if case_id is None:
        purposes.append(Purpose.COORDINATION)
    else:
        rows.append(_for_case(event, key, ring, case_id))
    known = list(
        Team.objects.filter(organisation=ring.organisation, purpose__in=[*purposes, Purpose.EVERYONE])
    )
    if case_id:
        _check_roster(known, ring)
    found = [team for team in known if team.purpose in purposes]
    publics = trust([team for team in found if team.id not in ring.teams])
    return rows + [_for_team(event, key, ring, team, publics) for team in found]


def _check_roster(known: list[Team], ring: Keyring) -> None:
    """Raises Stale where somebody left, or changed roles, since this request opened the roster."""
    for team in known:
        mine = ring.teams.get(team.id)
        if mine and team.purpose == Purpose.EVERYONE and mine.epoch != team.current_epoch:
            raise Stale


def _for_case(event: AuditEvent, key: bytes, ring: Keyring, case_id: UUID) -> AuditKeyWrap:
    box = ring.newest(Scope("case", case_id))
    wrap = case_kek(box, case_id).wrap(key, subject_of(event))
    return AuditKeyWrap(event=event, kind=CASE, holder=case_id, generation=box.generation, wrap=wrap)


def _for_team(event: AuditEvent, key: bytes, ring: Keyring, team: Team, publics: Publics) -> AuditKeyWrap:
    """Raises Stale where the team got new keys since this request opened them."""
    row = AuditKeyWrap(event=event, kind=TEAM, holder=team.id, generation=team.current_epoch)
    keys = ring.teams.get(team.id)
    if keys is None:
        row.delivered, row.wrap = True, wrap_to(publics[team.id], key, subject_of(event))
        return row
    if keys.epoch != team.current_epoch:
        raise Stale
    row.wrap = keys.kek.wrap(key, subject_of(event))
    return row


def by_roster(ring: Keyring) -> Trust:
    """Teams' public keys as everybody's roster has them, whatever the plain rows say."""

    def keys(teams: list[Team]) -> Publics:
        if not teams:
            return {}
        known = {entry.id: entry for entry in roster.entries(ring, [team.id for team in teams])}
        return {team.id: _public(team, known.get(team.id)) for team in teams}

    return keys


def _public(team: Team, entry: roster.Entry | None) -> PublicKey:
    if not isinstance(entry, roster.TeamEntry) or entry.purpose != team.purpose:
        raise Tampered
    if entry.epoch != team.current_epoch:
        raise Stale
    return entry.public


def by_row(teams: list[Team]) -> Publics:
    """For a newcomer, who has no roster yet."""
    rows = TeamEpoch.objects.filter(team__in=teams, number=F("team__current_epoch"))
    return {row.team_id: PublicKey(bytes(row.public_key)) for row in rows}


def event_key(row: AuditKeyWrap, ring: Keyring) -> bytes:
    """The key of `row.event`. Raises Locked or Tampered."""
    subject, wrap = subject_of(row.event), bytes(row.wrap)
    if row.kind == CASE:
        box = ring.box(Scope("case", row.holder), row.generation)
        return case_kek(box, row.holder).unwrap(wrap, subject)
    keys = ring.team(row.holder)
    if not is_public(wrap):
        return keys.kek.unwrap(wrap, subject)
    pair = keys.pair if row.generation == keys.epoch else rooms.seeds(keys).get(row.generation)
    if pair is None:
        raise Locked
    return unwrap_with(pair, wrap, subject)


def openable(ring: Keyring, case_id: UUID | None) -> Iterator[UUID]:
    """The holders whose wraps this person can open."""
    yield from ring.teams
    if case_id is None:
        return
    try:
        ring.newest(Scope("case", case_id))
    except Locked:
        return
    yield case_id
