"""Every URL × method × member of the cast, with the status it must answer; and the clinic it is asked of.

A new URL needs a line here. `POST` is sent empty. anon is nobody, and so is eve, who has left.
PUT and DELETE are refused everywhere, see `refused`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from clinic.accounts.doors import door_of
from clinic.cases.actions import set_next
from clinic.cases.models import AskLater, Document
from clinic.directory import actions as directory
from clinic.directory.models import Agency, ClockRule
from intake.models import Draft
from referrals.models import Referral
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case, offer, open_case
from tests.uvisa import build
from uvisa.models import CertificationRequest

MEMBERS = ("ana", "ben", "chi", "dee", "sol", "eve", "anon")
NOBODY = ("eve", "anon")

# The case is ben's: ana holds it as coordinator, sol as supervising attorney. chi took the call and handed
# it over; dee is of another team. Another case is offered to ben; a draft is chi's own.
TABLE = """
                              GET                          POST
                              ana ben chi dee sol eve anon ana ben chi dee sol eve anon
desk:home                     200 200 200 200 200 302 302  405 405 405 405 405 401 401
desk:stop                     405 405 405 405 405 302 302  302 302 302 302 302 401 401
accounts:sign_in              302 302 302 302 302 200 200  200 200 200 200 200 200 200
accounts:sign_out             405 405 405 405 405 405 405  302 302 302 302 302 302 302
accounts:lock                 405 405 405 405 405 405 405  200 200 200 200 200 200 200
accounts:promise              200 200 200 200 200 200 200  405 405 405 405 405 405 405
accounts:join                 200 200 200 200 200 200 200  200 200 200 200 200 200 200
accounts:first_sign_in        405 405 405 405 405 405 405  302 302 302 302 302 302 302
accounts:lost                 200 200 200 200 200 200 200  200 200 200 200 200 200 200
accounts:waiting              302 302 302 302 302 302 302  405 405 405 405 405 401 401
accounts:me                   200 200 200 200 200 302 302  405 405 405 405 405 401 401
accounts:end_session          405 405 405 405 405 302 302  302 302 302 302 302 401 401
accounts:passphrase           200 200 200 200 200 302 302  200 200 200 200 200 401 401
accounts:recovery_code        200 200 200 200 200 302 302  200 200 200 200 200 401 401
accounts:backup_codes         200 200 200 200 200 302 302  200 200 200 200 200 401 401
accounts:second_factor_start  200 200 200 200 200 302 302  200 200 200 200 200 401 401
accounts:second_factor        302 302 302 302 302 302 302  302 302 302 302 302 401 401
accounts:people               200 403 403 403 403 302 302  405 403 403 403 403 401 401
accounts:complete             405 403 403 403 403 302 302  302 403 403 403 403 401 401
accounts:clinic_codes         200 403 403 403 403 302 302  200 403 403 403 403 401 401
accounts:new_clinic_codes     405 403 403 403 403 302 302  302 403 403 403 403 401 401
accounts:invite               200 403 403 403 403 302 302  200 403 403 403 403 401 401
accounts:person               200 403 403 403 403 302 302  405 403 403 403 403 401 401
accounts:invite_again         405 403 403 403 403 302 302  302 403 403 403 403 401 401
accounts:withdraw             405 403 403 403 403 302 302  302 403 403 403 403 401 401
accounts:end_sessions         405 403 403 403 403 302 302  302 403 403 403 403 401 401
accounts:change_role          405 403 403 403 403 302 302  302 403 403 403 403 401 401
accounts:join_team            405 403 403 403 403 302 302  302 403 403 403 403 401 401
accounts:leave_team           200 403 403 403 403 302 302  302 403 403 403 403 401 401
accounts:leave_clinic         200 403 403 403 403 302 302  302 403 403 403 403 401 401
cases:caseload                200 200 200 200 200 302 302  405 405 405 405 405 401 401
cases:search                  200 200 200 200 200 302 302  200 200 200 200 200 401 401
cases:case                    200 200 404 404 200 302 302  405 405 405 405 405 401 401
cases:edit                    200 200 404 404 200 302 302  200 200 404 404 200 401 401
cases:next_step               200 200 404 404 200 302 302  200 200 404 404 200 401 401
cases:wall                    403 403 403 403 200 302 302  403 403 403 403 200 401 401
cases:add_note                200 200 404 404 200 302 302  200 200 404 404 200 401 401
cases:add_document            200 200 404 404 200 302 302  200 200 404 404 200 401 401
cases:document                200 200 404 404 200 302 302  405 405 405 405 405 401 401
intake:queue                  200 403 200 403 403 302 302  405 403 405 403 403 401 401
intake:call                   200 403 200 403 403 302 302  302 403 302 403 403 401 401
intake:draft                  404 403 200 403 403 302 302  404 403 409 403 403 401 401
intake:autosave               405 403 405 403 403 302 302  404 403 409 403 403 401 401
intake:finish                 404 403 302 403 403 302 302  404 403 409 403 403 401 401
intake:discard                404 403 200 403 403 302 302  404 403 302 403 403 401 401
intake:logged                 200 403 404 403 403 302 302  405 403 405 403 403 401 401
referrals:offers              200 200 200 200 200 302 302  405 405 405 405 405 401 401
referrals:give                200 403 403 403 200 302 302  200 403 403 403 200 401 401
referrals:accept              404 200 404 404 404 302 302  404 302 404 404 404 401 401
referrals:decline             404 200 404 404 404 302 302  404 200 404 404 404 401 401
referrals:seen                405 405 405 405 405 302 302  302 302 404 404 302 401 401
referrals:take_back           200 403 403 403 200 302 302  200 403 403 403 200 401 401
referrals:withdraw            405 403 403 403 405 302 302  302 403 403 403 404 401 401
uvisa:board                   200 403 403 403 200 302 302  405 403 403 403 405 401 401
uvisa:new                     200 200 404 404 200 302 302  200 200 404 404 200 401 401
uvisa:request                 200 200 404 404 200 302 302  405 405 405 405 405 401 401
uvisa:edit                    200 200 404 404 200 302 302  200 200 404 404 200 401 401
uvisa:ready                   405 405 405 405 405 302 302  302 302 404 404 302 401 401
uvisa:approve                 403 403 403 403 409 302 302  403 403 403 403 200 401 401
uvisa:send_back               403 403 403 403 409 302 302  403 403 403 403 200 401 401
uvisa:packet                  200 200 404 404 200 302 302  405 405 405 405 405 401 401
uvisa:sent                    409 403 403 403 409 302 302  200 403 403 403 200 401 401
uvisa:received                409 403 403 403 409 302 302  200 403 403 403 200 401 401
uvisa:days                    409 403 403 403 409 302 302  200 403 403 403 200 401 401
uvisa:answer                  409 403 403 403 409 302 302  200 403 403 403 200 401 401
uvisa:take_back               409 403 403 403 409 302 302  200 403 403 403 200 401 401
uvisa:withdraw                200 403 403 403 200 302 302  200 403 403 403 200 401 401
directory:agencies            200 200 200 200 200 302 302  405 405 405 405 405 401 401
directory:edit_agency         200 403 403 403 403 302 302  200 403 403 403 403 401 401
directory:letterhead          200 403 403 403 403 302 302  200 403 403 403 403 401 401
directory:confirm_rule        403 403 403 403 200 302 302  403 403 403 403 409 401 401
directory:take_back_confirmation 403 403 403 403 405 302 302  403 403 403 403 302 401 401
audit:clinic_record           200 403 403 403 200 302 302  405 403 403 403 405 401 401
audit:checks                  200 403 403 403 200 302 302  405 403 403 403 405 401 401
"""


@dataclass(frozen=True)
class Line:
    name: str
    get: dict[str, int]
    post: dict[str, int]

    def refused(self, member: str) -> int:
        """The answer to a method no view has: as closed as to others, and never more than "not allowed"."""
        closed = {self.get[member], self.post[member]} & {401, 403}
        return closed.pop() if closed else 405


def read(table: str) -> dict[str, Line]:
    rows = [line.split() for line in table.strip().splitlines()[2:]]
    return {name: _line(name, [int(one) for one in answers]) for name, *answers in rows}


def _line(name: str, answers: list[int]) -> Line:
    half = len(MEMBERS)
    if len(answers) != 2 * half:
        raise ValueError(f"{name} needs an answer for each member, twice")
    sides = (dict(zip(MEMBERS, side, strict=True)) for side in (answers[:half], answers[half:]))
    return Line(name, *sides)


def walk(patterns: Iterable[URLPattern | URLResolver], room: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL by its full name; one without a name goes by its route."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from walk(pattern.url_patterns, room + inside)
        else:
            yield room + (pattern.name or f"“{pattern.pattern}”"), pattern


def faults(patterns: Iterable[URLPattern | URLResolver], table: dict[str, Line]) -> set[str]:
    """What the table and the URLs do not agree on, and views that do not say who may call them."""
    there = dict(walk(patterns))
    unlisted = {f"not in the table: {name}" for name in there.keys() - table.keys()}
    gone = {f"no such URL: {name}" for name in table.keys() - there.keys()}
    return (
        unlisted | gone | {f"undeclared: {name}" for name, one in there.items() if not door_of(one.callback)}
    )


CALL = {
    "client_given_names": "Ficta",
    "client_family_names": "Ejemplo Prueba",
    "client_a_numbers": "A000-123-458",
    "client_language": "es",
    "detention_held_at": "Sherburne County Jail",
    "detention_arrested_by": "ICE",
    "detention_in_removal_proceedings": "yes",
    "caller_given_names": "Calla",
    "caller_relation": "sister",
    "case_story": "A fictional story.",
}


class World:
    """A clinic with something behind every URL."""

    received: CertificationRequest  # where a test needs one that is with its agency

    def __init__(self) -> None:
        directory.load_facts()
        self.cast: Cast = make_clinic()
        build.make_letterhead(self.cast)
        self.case = make_case(self.cast, in_removal_proceedings=AskLater.YES, story="A fictional story.")
        give(self.cast, self.case, self.cast.ben)
        self.offered = make_case(self.cast, given_names="Otra", a_numbers=["000123457"])
        offer(self.cast, self.offered, self.cast.ben)
        self.request = build.make_request(self.cast, self.case)
        self.draft = self._call()
        self._papers()

    @cached_property
    def browsers(self) -> dict[str, Client]:
        inside = {name: signed_in(self.cast, name) for name in MEMBERS if name not in NOBODY}
        return inside | {name: Client() for name in NOBODY}

    def _call(self) -> Draft:
        self.browsers["chi"].post(reverse("intake:call"), secure=True)
        draft = Draft.objects.get()
        typed = CALL | {"rev": draft.rev, "page": "one"}
        self.browsers["chi"].post(reverse("intake:autosave", args=[draft.pk]), typed, secure=True)
        return draft

    def _papers(self) -> None:
        ben, here = self.browsers["ben"], [self.case.pk]
        note = {"text": "A fictional note.", "compartment": "case"}
        ben.post(reverse("cases:add_note", args=here), note, secure=True)
        file = SimpleUploadedFile("notice.txt", b"A fictional notice.", "text/plain")
        paper = {"title": "Notice", "compartment": "case", "whole": "1", "file": file}
        ben.post(reverse("cases:add_document", args=here), paper, secure=True)
        with self.cast.acting(self.cast.ben):
            set_next(case=open_case(self.case), on=timezone.localdate(), what="Call", by=self.cast.ben)

    @cached_property
    def ids(self) -> dict[str, Any]:
        return {
            "agency_id": Agency.objects.get(slug=build.MPD).pk,
            "case_id": self.case.pk,
            "document_id": Document.objects.get().pk,
            "draft_id": self.draft.pk,
            "referral_id": Referral.objects.get(case=self.offered).pk,
            "request_id": self.request.pk,
            "rule_id": ClockRule.objects.get(slug="minnesota-statute").pk,
            "team_id": self.cast.named["north"].pk,
            "user_id": self.cast.ben.pk,
        }

    def path(self, name: str, pattern: URLPattern, **other: Any) -> str:
        """Where it leads to what there is; `other` ids instead of those."""
        ids = self.ids | ({"case_id": self.offered.pk} if name in OF_THE_OFFER else {}) | other
        return reverse(name, kwargs={key: ids[key] for key in pattern.pattern.converters})


OF_THE_OFFER = {"referrals:accept", "referrals:decline", "referrals:withdraw"}
