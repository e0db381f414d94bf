"""What the children do. Each prepares as a request would, and gives the part that may be killed."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest

from clinic.accounts import leaving, rotation, teams
from clinic.accounts.models import Team, User
from clinic.cases import access, actions, lists
from clinic.cases.models import Case, Compartment, PartyRole, Person
from clinic.vault import index
from clinic.vault.files import SealingUploadHandler
from clinic.vault.keyring import Keyring, using
from clinic.vault.keys import Identity
from referrals.actions import accept_offer, give_case

Job = dict[str, Any]
Act = Callable[[], object]
KEPT = ExitStack()  # until the process ends
BLOCK = b"fiction " * 8192


def prepare(job: Job) -> Act:
    user = User.objects.get(sign_in_name=job["who"])
    ring = KEPT.enter_context(using(teams.keyring_for(user, Identity(bytes.fromhex(job["identity"])))))
    act = JOBS[job["do"]](job, user, ring)
    if connection.vendor == "sqlite":  # a WAL of its own for each child is what a worker process has
        connection.ensure_connection()
    return act


def _case(job: Job) -> Case:
    case: Case = Case.objects.get(pk=job["case"])
    access.unlock(case)
    return case


def _client(case: Case) -> Person:
    found: Person = next(one for one in Person.objects.filter(case=case) if one.role == PartyRole.CLIENT)
    return found


def rename(job: Job, user: User, _ring: Keyring) -> Act:
    """One edit that touches two rows, two teams' indexes and the record."""
    case = _case(job)
    client = _client(case)
    client.family_names = case.story = job["name"]
    return lambda: actions.edit_case(case=case, rows=[case, client], by=user)


def rename_carelessly(job: Job, user: User, ring: Keyring) -> Act:
    """The same without its transaction: what the test must catch."""
    case = _case(job)
    client = _client(case)
    client.family_names = case.story = job["name"]

    def act() -> None:
        case.save()
        client.save()
        lists.mirror(case)

    return act


def rotate(job: Job, _user: User, ring: Keyring) -> Act:
    team = Team.objects.get(pk=job["team"])
    return lambda: _rotate(team, ring)


def _rotate(team: Team, ring: Keyring) -> None:
    keep = [one.id for one in teams.members(team, ring)]
    rotation.rotate(team=team, keep=keep, ring=ring)


def remove(job: Job, user: User, ring: Keyring) -> Act:
    team, leaver = Team.objects.get(pk=job["team"]), User.objects.get(sign_in_name=job["leaver"])
    return lambda: leaving.leave_team(user=leaver, team=team, ring=ring, by=user)


def upload(job: Job, user: User, _ring: Keyring) -> Act:
    case = _case(job)

    def act() -> None:
        request = HttpRequest()
        request.accepts_uploads = True  # type: ignore[attr-defined]
        handler = SealingUploadHandler(request)
        handler.new_file("file", "notice.txt", "text/plain", None)
        for at in range(job["blocks"]):
            handler.receive_data_chunk(BLOCK, at * len(BLOCK))
        file = handler.file_complete(0)
        actions.add_document(
            case=case,
            compartment=Compartment.CASE,
            title=job["title"],
            upload=file,
            content_type="text/plain",
            by=user,
        )
        request.close()

    return act


def compact(job: Job, _user: User, ring: Keyring) -> Act:
    keys = ring.teams[UUID(job["team"])]
    thorough = bool(job.get("thorough"))
    return lambda: index.compact(keys, trust=lists.trust, seeds=teams.seeds(keys), thorough=thorough)


def accept(job: Job, user: User, _ring: Keyring) -> Act:
    case = Case.objects.get(pk=job["case"])
    return lambda: accept_offer(case=case, by=user, on=date.fromisoformat(job["on"]))


def create(job: Job, user: User, _ring: Keyring) -> Act:
    client = {"role": PartyRole.CLIENT, "given_names": job["name"]}
    on = date.fromisoformat(job["on"])

    def act() -> None:
        actions.create_case(people=[client], detention={}, by=user, on=on)

    return act


def give(job: Job, user: User, _ring: Keyring) -> Act:
    case, to = _case(job), User.objects.get(sign_in_name=job["to"])

    def act() -> None:
        give_case(case=case, to=to, by=user, on=date.fromisoformat(job["on"]))

    return act


JOBS: dict[str, Callable[[Job, User, Keyring], Act]] = {
    "rename": rename,
    "rename carelessly": rename_carelessly,
    "rotate": rotate,
    "remove": remove,
    "upload": upload,
    "compact": compact,
    "accept": accept,
    "create": create,
    "give": give,
}
