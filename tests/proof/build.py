"""A clinic with something in every sealed column."""

import os
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.accounts import invitations, teams
from clinic.accounts.models import User
from clinic.accounts.roster import Role
from clinic.cases import access, actions, generations, lists
from clinic.cases.models import Case, Compartment
from clinic.directory.actions import load_facts
from clinic.directory.models import Agency
from clinic.vault import index
from clinic.vault.files import SealedUpload, SealedWriter
from intake import actions as intake
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case, offer, open_case
from uvisa import actions as uvisa


@dataclass
class FullCast(Cast):
    invite_code: str = ""


def make_full_clinic(suffix: str = "") -> FullCast:
    """ben holds one case, is offered another; dee has one; one waits; one is walled."""
    cast = FullCast(**vars(make_clinic()))
    given, offered, other, _waiting, walled = (make_case(cast, story=f"Story {n}") for n in range(5))
    give(cast, given, cast.ben)
    offer(cast, offered, cast.ben)
    give(cast, other, cast.dee)
    for case, user in ((given, cast.ben), (given, cast.ana), (other, cast.dee)):
        write(cast, case, user)
    certify(cast, given)
    wall(cast, walled)
    begin_a_call(cast)
    cast.invite_code = invite(cast)
    fold(cast)
    make_case(cast, story="After the folding")
    rename(cast, suffix)
    return cast


def write(cast: Cast, case: Case, user: User) -> None:
    """A note and a document in each compartment that this person holds."""
    with cast.acting(user):
        opened = open_case(case)
        for compartment in [one for one in Compartment if access.holds(opened, one)]:
            told: dict[str, Any] = {"case": open_case(case), "compartment": compartment, "by": user}
            actions.add_note(text=f"Note for {compartment}", **told)
            actions.add_document(title="Fictional", upload=upload(), content_type="text/plain", **told)


def upload() -> SealedUpload:
    writer = SealedWriter()
    writer.write(b"Fictional content. " + os.urandom(64).hex().encode())
    writer.finish()
    return SealedUpload(writer, b"Fictional", "fictional.txt", "text/plain")


def certify(cast: Cast, case: Case) -> None:
    load_facts()
    agency = Agency.objects.get(slug="minneapolis-police")
    with cast.acting(cast.ana):
        opened, today = open_case(case), timezone.localdate()
        uvisa.draft_request(case=opened, agency=agency, by=cast.ana, on=today, crime_place="Example Street")


def wall(cast: Cast, case: Case) -> None:
    with cast.acting(cast.ana), transaction.atomic():
        generations.wall(open_case(case), [cast.ana, cast.sol], by=cast.ana)


def begin_a_call(cast: Cast) -> None:
    with cast.acting(cast.chi):
        draft = intake.start_call(by=cast.chi)
        typed = {"client_given_names": "Ficta"}
        intake.save_draft(draft=draft, typed=typed, version=intake.Version(draft.rev, "test"))


def invite(cast: Cast) -> str:
    with cast.acting(cast.ana) as ring:
        terms: dict[str, Any] = {"email": "new@clinic.example", "role": Role.HELPER, "teams_to_join": ()}
        name = f"new-{os.urandom(3).hex()}"
        _user, code = invitations.invite(sign_in_name=name, ring=ring, by=cast.ana, **terms)
        return code


def fold(cast: Cast) -> None:
    """Segments for coordination and intake."""
    for user in (cast.ana, cast.chi):
        with cast.acting(user) as ring, transaction.atomic():
            for keys in ring.teams.values():
                index.compact(keys, trust=lists.trust, seeds=teams.seeds(keys))


def rename(cast: Cast, suffix: str) -> None:
    """Sign-in names are bound to nothing: two clinics can have the same cast."""
    if suffix:
        for user in User.objects.filter(organisation=cast.organisation):
            User.objects.filter(pk=user.pk).update(sign_in_name=f"{user.sign_in_name}-{suffix}")
