"""kill -9 in the middle of saving, re-wrapping, uploading and compacting.

Everything readable before is readable after, and nothing more. Half of the kills strike at a statement,
before or after it; the others at a moment.
"""

import os
import random
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from clinic.accounts import teams
from clinic.accounts.models import TeamEpoch, User
from clinic.accounts.roster import Role
from clinic.cases import files, lists
from clinic.cases.models import Case, CaseTeamAccess, Document
from clinic.vault.models import IndexChange
from tests.builders import Cast, make_person
from tests.cases_builders import give, make_case, open_case

from .readings import documents, reading_of, readings, without

KILLS = 12  # of each kind; most strike, some come after the end
CASES = 5


@pytest.fixture
def case(cast: Cast) -> Case:
    """ben's case, with others beside it."""
    for n in range(CASES - 1):
        make_case(cast, given_names="Ficta", family_names=f"Muestra{n}")
    made = make_case(cast, given_names="Ficta", family_names="Ejemplo")
    give(cast, made, cast.ben)
    return made


def deaths(measured: list[Any]) -> list[dict[str, float]]:
    """Where to strike, by what the same job took when nobody killed it."""
    ((came_to, statements, took),) = measured
    assert came_to == "done"
    chance = random.Random(20261121)  # the same each time; the moments differ by themselves
    by_statement = [{"statement": float(chance.randint(2, 2 * statements + 1))} for _ in range(KILLS // 2)]
    return by_statement + [{"seconds": chance.uniform(0, took)} for _ in range(KILLS - KILLS // 2)]


def state_of(cast: Cast, case: Case) -> tuple[str, str, set[str]]:
    """The case's story, its client's name, and the names that the teams' lists show of it."""
    shown = set()
    for user in (cast.ana, cast.chi):
        with cast.acting(user):
            shown |= {hit.entry.data["name"] for hit in lists.search("Ficta") if hit.entry.id == case.pk}
    with cast.acting(cast.ana):
        row = open_case(case)
        client = next(one for one in row.person_set.all() if one.role == "client")
        return row.story, client.family_names, shown


def test_saving(cast, case, worker):
    before = readings(cast)
    job = worker.job("rename", cast.ana, case=str(case.pk), name="Renamed")
    for n, kill in enumerate(deaths(worker.run(job))):
        worker.run(job | {"name": f"Renamed{n}"}, kill=kill)
        story, name, shown = state_of(cast, case)
        assert story == name
        assert shown == {f"Ficta {name}"}
    after = readings(cast)
    assert {who: seen.keys() for who, seen in after.items()} == {
        who: seen.keys() for who, seen in before.items()
    }
    assert all(
        without(after[who], "row", "record", "listed") == without(before[who], "row", "record", "listed")
        for who in before
    )
    assert worker.killed >= KILLS // 2


def test_a_save_without_its_transaction_is_caught(cast, case, worker):
    """The guard of the test above."""
    job = worker.job("rename carelessly", cast.ana, case=str(case.pk), name="Careless")
    ((_, statements, _took),) = worker.run(job)
    for n in range(1, 2 * statements):
        worker.run(job | {"name": f"Careless{n}"}, kill={"statement": n})
        story, name, shown = state_of(cast, case)
        if story != name or shown != {f"Ficta {name}"}:
            return
    pytest.fail("no kill left anything half saved")


def test_rotating(cast, case, worker):
    team, before = cast.team("coordination"), readings(cast)
    job = worker.job("rotate", cast.ana, team=str(team.pk))
    for kill in deaths(worker.run(job)):
        worker.run(job, kill=kill)
        assert reading_of(cast, cast.ana) == before["ana"]
        assert TeamEpoch.objects.get(team=team).number == cast.team("coordination").current_epoch
    assert readings(cast) == before
    assert not CaseTeamAccess.objects.exclude(epoch__team=team).filter(group=team.group).exists()
    assert worker.killed >= KILLS // 2


def test_removing_somebody(cast, case, worker):
    """All of it or nothing: the leaver opens everything as before, or nothing of the team at all."""
    team, fay = cast.team("coordination"), _second_coordinator(cast)
    job = worker.job("remove", cast.ana, team=str(team.pk), leaver="fay")
    inside = readings(cast, fay)
    killing = deaths(worker.run(job))
    outside = readings(cast, fay)
    assert inside["fay"] != outside["fay"]
    for kill in killing:
        _let_in(cast, fay)
        worker.run(job, kill=kill)
        assert reading_of(cast, fay) in (inside["fay"], outside["fay"])
        assert reading_of(cast, cast.ana) == inside["ana"]
    assert all(readings(cast)[name] == inside[name] for name in readings(cast))
    assert worker.killed >= KILLS // 2


def test_uploading(cast, case, worker):
    job = worker.job("upload", cast.ana, case=str(case.pk), title="first", blocks=6)
    known = documents(cast, cast.ana)
    killing = deaths(worker.run(job))
    before = readings(cast)
    for n, kill in enumerate(killing):
        worker.run(job | {"title": f"file {n}"}, kill=kill)
        found = documents(cast, cast.ana)
        assert known.items() <= found.items()
        known = found
    after = readings(cast)
    assert all(
        before[who].items() <= (after[who] | _grown(after[who], before[who])).items() for who in before
    )
    _check_strays(len(known))
    assert worker.killed >= KILLS // 2


def test_compacting(cast, case, worker):
    team, before = cast.team("coordination"), readings(cast)
    job = worker.job("compact", cast.ana, team=str(team.pk))
    worker.run(job)
    _list_again(cast, case)
    for n, kill in enumerate(deaths(worker.run(job))):
        _list_again(cast, case)
        worker.run(job | {"thorough": n % 2 == 1}, kill=kill)
        assert reading_of(cast, cast.ana)["listed"] == before["ana"]["listed"]
    assert readings(cast) == before
    assert worker.run(job)[0][0] == "done"
    assert not IndexChange.objects.filter(team=team.pk).exists()
    assert readings(cast) == before
    assert worker.killed >= KILLS // 2


def _list_again(cast: Cast, case: Case) -> None:
    with cast.acting(cast.ana), transaction.atomic():
        lists.mirror(open_case(case))


def _grown(after: dict, before: dict) -> dict:
    """The record may have become longer, never shorter."""
    return {key: before[key] for key in before if key.startswith("record") and after[key] >= before[key]}


def _check_strays(kept: int) -> None:
    """What a killed upload left behind is sealed, under a key that is gone, and is swept away."""
    lying = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert all(b"fiction" not in path.read_bytes() for path in lying)
    for path in lying:
        _age(path)
    files.sweep(None)  # type: ignore[arg-type]  # the day does not matter
    assert len([path for path in lying if path.exists()]) == kept == Document.objects.count()


def _age(path: Path) -> None:
    os.utime(path, (0, 0))


def _second_coordinator(cast: Cast) -> User:
    with cast.acting(cast.ana) as ring, transaction.atomic():
        fay = make_person(name="fay", role=Role.COORDINATOR, ring=ring, papers=cast.papers)
    _let_in(cast, fay)
    return fay


def _let_in(cast: Cast, user: User) -> None:
    with cast.acting(user) as ring:
        if cast.team("coordination").pk in ring.teams:
            return
    with cast.acting(cast.ana) as ring:
        teams.add_member(team=cast.team("coordination"), user=user, ring=ring, by=cast.ana)
