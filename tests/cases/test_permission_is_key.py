"""has the permission ⇔ can decrypt: ≥ 300 programs, and planted bugs that they must catch by name."""

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from clinic.accounts import leaving, rotation
from clinic.cases import access, generations, moving
from clinic.cases.models import AccessQuerySet, CaseTeamAccess, CaseUserAccess
from tests.builders import Cast
from tests.cases.permission_clinic import make_larger_clinic
from tests.cases.permission_machine import PermissionMachine

pytestmark = pytest.mark.django_db
SHARES = 4
PROGRAMS = int(os.environ.get("CLINIC_PROGRAMS", "320"))
STEPS = 18


@pytest.fixture
def machine() -> type[PermissionMachine]:
    cast: Cast = make_larger_clinic()
    return type("Machine", (PermissionMachine,), {"cast": cast})


def run(machine: type[PermissionMachine], programs: int, **options: Any) -> None:
    chosen = settings(
        max_examples=programs,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],  # a failure prints its steps; shrinking it would take minutes
        **options,
    )
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.parametrize("share", range(SHARES))
def test_permission_is_key(machine: type[PermissionMachine], share: int) -> None:
    run(machine, PROGRAMS // SHARES)


Plant = Callable[[pytest.MonkeyPatch], None]


def leavers_keep_the_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leaving, "_take_key", lambda entry, user, ring: None)


def revoking_leaves_a_compartment(patch: pytest.MonkeyPatch) -> None:
    def wrong(case: Any, user: Any) -> None:
        CaseUserAccess.objects.filter(
            content_object=case, user=user, permission__codename="open_attorney"
        ).delete()

    patch.setattr(access, "revoke", wrong)


def accepting_leaves_other_offers(patch: pytest.MonkeyPatch) -> None:
    def wrong(case: Any, *, by: Any) -> None:
        access.unlock_offer(case)
        access._offers(case).filter(user=by).delete()
        access.grant_attorney(case, by, by=by)

    patch.setattr(access, "accept", wrong)


def expiry_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    def wrong(rows: QuerySet[Any], on: Any) -> QuerySet[Any]:
        return rows.all()

    patch.setattr(AccessQuerySet, "live", wrong)


def walls_leave_the_teams(patch: pytest.MonkeyPatch) -> None:
    rows = SimpleNamespace(filter=lambda **_: SimpleNamespace(delete=lambda: None))
    patch.setattr(generations, "CaseTeamAccess", SimpleNamespace(objects=rows))


def renewing_forgets_the_holders(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moving, "rewrap", lambda case, key: None)


def rotation_forgets_the_cases(patch: pytest.MonkeyPatch) -> None:
    def wrong(old: Any, new: Any, epoch: Any) -> None:
        CaseTeamAccess.objects.filter(epoch__team=old.id).update(epoch=epoch)

    patch.setitem(rotation._registered, "cases.access", wrong)


def handing_over_keeps_intake(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(access, "revoke_team", lambda case, team: None)


def an_offer_is_access(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(access, "CONSIDER", "open_case")


PLANTS: list[Plant] = [
    leavers_keep_the_key,
    revoking_leaves_a_compartment,
    accepting_leaves_other_offers,
    expiry_is_forgotten,
    walls_leave_the_teams,
    renewing_forgets_the_holders,
    rotation_forgets_the_cases,
    handing_over_keeps_intake,
    an_offer_is_access,
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_caught(
    plant: Plant, machine: type[PermissionMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=r"should be|sees the case|accepted without"):
        run(machine, 400, derandomize=True)
