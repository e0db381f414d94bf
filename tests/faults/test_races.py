"""Two processes at the same moment, on a real database."""

import pytest
from django.db import transaction
from django.utils import timezone

from clinic.accounts.models import TeamEpoch
from clinic.cases import access, lists
from clinic.cases.models import Case, CaseTeamAccess, CaseUserAccess, Compartment, Person
from clinic.vault.models import IndexChange
from tests.builders import Cast
from tests.cases_builders import give, make_case, offer, open_case

from .conftest import Worker
from .readings import readings

ROUNDS = 4
TODAY = timezone.localdate().isoformat()
# What whoever comes second may be told; a page answers each of them calmly (clinic/accounts/calmly.py).
CALM = {"Stale", "IntegrityError", "OperationalError"}


@pytest.fixture
def case(cast: Cast) -> Case:
    return make_case(cast)


def held(cast: Cast, case: Case, user) -> set[str]:
    with cast.acting(user):
        row = open_case(case)
        return {str(one) for one in Compartment if access.holds(row, one)}


def test_two_accept_one_offer(cast, worker: Worker):
    for n in range(ROUNDS):
        case = make_case(cast, given_names=f"Ficta {n}")
        offer(cast, case, cast.ben)
        offer(cast, case, cast.dee)
        jobs = [worker.job("accept", who, case=str(case.pk), on=TODAY) for who in (cast.ben, cast.dee)]
        came_to = worker.outcomes(*jobs)
        assert sorted(came_to) == ["OfferGone", "done"], came_to
        winner, loser = (cast.ben, cast.dee) if came_to[0] == "done" else (cast.dee, cast.ben)
        assert held(cast, case, winner) == {"case", "attorney"}
        assert held(cast, case, loser) == set()
        with cast.acting(cast.ana):
            assert open_case(case).owner == str(winner.pk)
        assert not CaseUserAccess.objects.filter(permission__codename=access.CONSIDER).exists()


def test_two_edit_one_case(cast, case, worker: Worker):
    for n in range(ROUNDS):
        jobs = [
            worker.job("rename", who, case=str(case.pk), name=f"{who.sign_in_name}{n}")
            for who in (cast.ana, cast.chi)
        ]
        came_to = worker.outcomes(*jobs)
        assert sorted(came_to) == ["Stale", "done"], came_to
        winner = (cast.ana, cast.chi)[came_to.index("done")]
        with cast.acting(cast.ana):
            row = open_case(case)
            names = {one.family_names for one in Person.objects.filter(case=row) if one.role == "client"}
            assert {row.story} == names == {f"{winner.sign_in_name}{n}"}


def test_two_compact_one_index(cast, case, worker: Worker):
    team, before = cast.team("coordination"), None
    for _ in range(ROUNDS):
        with cast.acting(cast.ana), transaction.atomic():
            lists.mirror(open_case(case))
        before = before or readings(cast)
        job = worker.job("compact", cast.ana, team=str(team.pk))
        assert worker.outcomes(job, job) == ["done", "done"]
        assert not IndexChange.objects.filter(team=team.pk).exists()
        assert readings(cast) == before


def test_compacting_while_somebody_writes(cast, case, worker: Worker):
    team = cast.team("coordination")
    for n in range(ROUNDS):
        jobs = [
            worker.job("compact", cast.ana, team=str(team.pk)),
            worker.job("rename", cast.chi, case=str(case.pk), name=f"Quetzal{n}"),
        ]
        assert worker.outcomes(*jobs) == ["done", "done"]
        with cast.acting(cast.ana):
            assert [hit.entry.data["name"] for hit in lists.search(f"Quetzal{n}")][:1] == [
                f"Ficta Quetzal{n}"
            ]


@pytest.mark.parametrize("what", ["create", "give"])
def test_a_grant_races_a_rotation(cast, worker: Worker, what):
    """Either stands as if it had come alone: no key is left under an epoch that is gone."""
    team, seen = cast.team("coordination"), set()
    for n in range(ROUNDS):
        made = make_case(cast, given_names=f"Ficta {n}")
        granting = (
            worker.job("create", cast.chi, name=f"Otra {n}", on=TODAY)
            if what == "create"
            else worker.job("give", cast.ana, case=str(made.pk), to="ben", on=TODAY)
        )
        before = Case.objects.count()
        granted, rotated = worker.outcomes(granting, worker.job("rotate", cast.ana, team=str(team.pk)))
        seen |= {granted, rotated}
        assert Case.objects.count() - before == (what == "create" and granted == "done")
        assert TeamEpoch.objects.get(team=team).number == cast.team("coordination").current_epoch
        _check_every_key(cast, team)
        if what == "give":
            assert bool(held(cast, made, cast.ben)) == (granted == "done")
    assert seen <= CALM | {"done"}, seen
    assert "done" in seen


def test_two_rotate_one_team(cast, case, worker: Worker):
    team, before = cast.team("coordination"), readings(cast)
    for _ in range(ROUNDS):
        job = worker.job("rotate", cast.ana, team=str(team.pk))
        came_to = worker.outcomes(job, job)
        assert "done" in came_to
        assert set(came_to) <= CALM | {"done"}, came_to
    assert readings(cast) == before


def _check_every_key(cast: Cast, team) -> None:
    rows = CaseTeamAccess.objects.filter(group=team.group)
    assert not rows.exclude(epoch__team=team, epoch__number=cast.team("coordination").current_epoch).exists()
    for case in Case.objects.all():
        assert held(cast, case, cast.ana) >= {"case", "advocate"}


def test_two_cases_at_once_wait_for_each_other_in_one_order(cast, worker: Worker):
    """One is still intake's, the other is not: both stand in the lists of the same teams."""
    waiting, given = make_case(cast), make_case(cast, given_names="Otra")
    give(cast, given, cast.ben)
    for n in range(ROUNDS * 3):
        jobs = [
            worker.job("rename", cast.chi, case=str(waiting.pk), name=f"Uno{n}"),
            worker.job("rename", cast.ben, case=str(given.pk), name=f"Dos{n}"),
        ]
        assert worker.outcomes(*jobs) == ["done", "done"]
