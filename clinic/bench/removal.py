"""Removing somebody from a team that holds many cases: keys, index and audit move to a new epoch."""

import os
from collections.abc import Iterator

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from clinic.accounts import leaving, teams
from clinic.accounts.models import Purpose, Team, TeamEpoch, User
from clinic.audit.chain import lock_head
from clinic.audit.models import AuditEvent, AuditKeyWrap
from clinic.audit.wraps import TEAM, subject_of
from clinic.cases import access, rules
from clinic.cases.models import Case, CaseKey, CaseTeamAccess, Compartment
from clinic.vault.envelope import Box
from clinic.vault.keyring import Keyring, TeamKeys

from .ground import Ground
from .indexed import fill, people_entries
from .lines import Line, Took
from .names import Names

GOAL = 5.0
BATCH = 1000
HELD = (Compartment.CASE, Compartment.ADVOCATE)


def lines(ground: Ground) -> Iterator[Line]:
    number, ana, sol = ground.scale.rewrapped, ground.user("ana"), ground.user("sol")
    with ground.cast.acting("ana") as ring:
        team = teams.by_purpose(Purpose.COORDINATION)
        teams.add_member(team=team, user=sol, ring=ring, by=ana)
        _fill(ring, number, by=ana)
        took = Took()
        took.add(lambda: leaving.leave_team(user=sol, team=team, ring=ring, by=ana))
        _check(ring, ring.team(team.pk), number)
    wall, working = took.middle()
    what = f"removing a team member with {number:,} cases"
    note = f"{2 * number:,} case keys, {3 * number:,} index entries, {number:,} event keys"
    yield Line("removal", what, wall, "s", GOAL, note=note, working=working)


def _fill(ring: Keyring, number: int, *, by: User) -> None:
    """Rows as the actions leave them, in bulk: one by one they would take minutes."""
    keys = ring.team(ring.named[Purpose.COORDINATION])
    epoch = TeamEpoch.objects.select_related("team__group").get(team=keys.id, number=keys.epoch)
    with transaction.atomic():
        for at in range(0, number, BATCH):
            _cases(ring, keys, epoch, min(BATCH, number - at), by)
            _events(ring, keys, min(BATCH, number - at))
    fill(ring, people_entries(Names(3), 2 * number))


def _cases(ring: Keyring, keys: TeamKeys, epoch: TeamEpoch, number: int, by: User) -> None:
    permissions = {one: Permission.objects.get(codename=access.OPEN[one]) for one in HELD}
    cases, case_keys, rows = [], [], []
    for _ in range(number):
        case = Case(organisation_id=ring.organisation)
        case.reference = rules.new_reference()
        cases.append(case)
        for compartment in HELD:
            box = Box(os.urandom(32), 1)
            key = CaseKey(case=case, compartment=compartment, commitment=box.commitment)
            ring.add(access.scope_of(key), box)
            case_keys.append(key)
            wrap = keys.kek.wrap(box.key, access.subject_of(key))
            rows.append(_row(case, epoch, permissions[compartment], wrap, by))
    Case.objects.bulk_create(cases)
    CaseKey.objects.bulk_create(case_keys)
    CaseTeamAccess.objects.bulk_create(rows)


def _row(case: Case, epoch: TeamEpoch, permission: Permission, wrap: bytes, by: User) -> CaseTeamAccess:
    group = epoch.team.group
    return CaseTeamAccess(
        group=group, content_object=case, permission=permission, epoch=epoch, wrapped_key=wrap, granted_by=by
    )


def _events(ring: Keyring, keys: TeamKeys, number: int) -> None:
    """Event keys for the team. What they open, and the chain, are of no account here."""
    head, today = lock_head(ring.organisation), timezone.localdate()
    events, wraps = [], []
    for place in range(number):
        box = Box(os.urandom(32), 0)
        event = AuditEvent(
            organisation_id=ring.organisation,
            sequence=head.sequence + place + 1,
            day=today,
            commitment=box.commitment,
            sealed=bytes(300),
            hash=bytes(32),
        )
        wrap = keys.kek.wrap(box.key, subject_of(event))
        events.append(event)
        wraps.append(AuditKeyWrap(event=event, kind=TEAM, holder=keys.id, generation=keys.epoch, wrap=wrap))
    AuditEvent.objects.bulk_create(events)
    AuditKeyWrap.objects.bulk_create(wraps)
    head.sequence += number
    head.save()


def _check(ring: Keyring, keys: TeamKeys, number: int) -> None:
    """Everything stands under the new epoch, and the last row opens."""
    team = Team.objects.get(pk=keys.id)
    moved = CaseTeamAccess.objects.filter(group=team.group, epoch__number=team.current_epoch)
    old = AuditKeyWrap.objects.filter(holder=keys.id).exclude(generation=keys.epoch)
    row = moved.select_related("content_object", "permission").last()
    if moved.count() < len(HELD) * number or row is None or old.exists():
        raise RuntimeError("the old epoch is still there")
    compartment = access.COMPARTMENT[row.permission.codename]
    key = CaseKey.objects.get(case=row.content_object, compartment=compartment)
    keys.kek.unwrap(row.wrapped_key, access.subject_of(key))
