"""A day in the throw-away clinic: from a phone call to a certification packet, and what goes wrong."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from clinic.cases import actions
from clinic.directory.models import Agency
from uvisa.crimes import SIMILAR_ACTIVITY

from .browser import Page
from .canaries import Canaries
from .people import People

MINNEAPOLIS = "minneapolis-police"
OURS = {"name": "Fictional Legal Clinic", "address": "1 Example Street", "telephone": "", "email": ""}


class Walk:
    def __init__(self, people: People, canaries: Canaries) -> None:
        self.people, self.canaries = people, canaries

    def everything(self) -> None:
        """Three cases: one for ben, one offered to him, one for dee; a fourth waits."""
        self.people["ana"].fill("/directory/letterhead/", **OURS)
        first, second, third, _waiting = (self.call() for _ in range(4))
        self.find_and_edit(first)
        self.give(first, "ben", "give")
        self.give(second, "ben", "offer")
        self.give(third, "dee", "give")
        for name in ("ben", "ana"):
            self.write_and_upload(first, name)
        self.write_and_upload(third, "dee")
        self.certify(first)
        self.what_goes_wrong(first)
        call_command("timer", stdout=sys.stderr)

    # A call ------------------------------------------------------------------

    def call(self) -> str:
        """chi takes it; gives the id of the case."""
        chi = self.people["chi"]
        draft = chi.submit(chi.get("/intake/call/"), "/intake/call/")
        chi.submit(draft, sent_to=f"{draft.path}autosave/")
        draft = chi.submit(chi.get(draft.path), find="1")
        logged = chi.submit(chi.get(draft.path), sent_to=f"{draft.path}finish/", find_known="")
        chi.get("/intake/waiting/")
        return logged.path.split("/")[-2]

    def find_and_edit(self, case: str) -> None:
        ana = self.people["ana"]
        for path in ("/", "/intake/waiting/", "/cases/", f"/cases/{case}/"):
            ana.get(path)
        ana.submit(ana.get("/"), "/cases/search/", q=self._client_name())
        ana.fill(f"/cases/{case}/edit/")

    def _client_name(self) -> str:
        names = [text for text, where in self.canaries.known.items() if "client_family_names" in where]
        return names[0]

    def give(self, case: str, to: str, how: str) -> None:
        ana = self.people["ana"]
        page = ana.get(f"/referrals/{case}/give/")
        ana.fill(page.path, to=self._choice(page, to), how=how)

    def _choice(self, page: Page, name: str) -> str:
        """The radio button beside this person's name."""
        before, _, _ = page.text.partition(f" {name}")
        return before.rpartition('value="')[2].partition('"')[0]

    # On the case -------------------------------------------------------------

    def write_and_upload(self, case: str, name: str) -> None:
        browser = self.people[name]
        browser.get(f"/cases/{case}/")
        for path in (f"/cases/{case}/notes/", f"/cases/{case}/documents/"):
            for compartment in browser.get(path).form().fields["compartment"].options:
                more: dict[str, Any] = {"file": self.file()} if path.endswith("documents/") else {}
                browser.fill(path, compartment=compartment, **more)
        self.read_documents(case, name)
        browser.fill(f"/cases/{case}/next/")

    def file(self, start: bytes = b"") -> SimpleUploadedFile:
        """Its name and every page of it are canaries."""
        word = self.canaries.word
        inside = "\n".join(word("inside a document") for _ in range(4)) * 500
        return SimpleUploadedFile(f"{word('the name of a file')}.txt", start + inside.encode(), "text/plain")

    def read_documents(self, case: str, name: str) -> None:
        browser = self.people[name]
        for part in browser.get(f"/cases/{case}/").text.split(f'href="/cases/{case}/documents/')[1:]:
            document = part.split('"')[0]
            if document:
                browser.get(f"/cases/{case}/documents/{document}")

    # To the agency -----------------------------------------------------------

    def certify(self, case: str) -> None:
        ana, sol = self.people["ana"], self.people["sol"]
        agency = str(Agency.objects.get(slug=MINNEAPOLIS).pk)
        made = ana.fill(f"/certification/{case}/new/", agency=agency).path
        ana.fill(f"{made}edit/", agency=agency, crimes=["felonious_assault", SIMILAR_ACTIVITY])
        ana.submit(ana.get(made), f"{made}ready/")
        sol.fill(f"{made}send-back/")
        ana.submit(ana.get(made), f"{made}ready/")
        sol.fill(f"{made}approve/")
        ana.get(f"{made}packet/")
        for move in ("sent/", "received/"):
            ana.fill(f"{made}{move}")
        for path in ("/certification/", "/record/", "/record/checks/", "/people/", "/me/"):
            sol.get(path, good={200, 302, 403})
            ana.get(path, good={200, 302, 403})

    # What goes wrong ---------------------------------------------------------

    def what_goes_wrong(self, case: str) -> None:
        for fault in (self.wrong_passphrase, self.locked_page, self.ended_session, self.folded_lists):
            fault()
        self.refused_uploads(case)
        self.broken_page(case)
        self.odd_addresses(case)

    def wrong_passphrase(self) -> None:
        stranger, word = self.people.stranger(), self.canaries.word
        page = stranger.get("/sign-in/")
        for name in ("ben", word("a sign-in name nobody has")):
            stranger.submit(page, name=name, passphrase=word("a wrong passphrase"), code="000000")

    def locked_page(self) -> None:
        """chi locks a call that she was writing, signs in again, and sends it."""
        chi = self.people["chi"]
        draft = chi.submit(chi.get("/intake/call/"), "/intake/call/")
        locked = chi.submit(draft, sent_to="/lock/")
        again = self.people.sign_in_again("chi", locked)
        chi.submit(again, draft.path)

    def ended_session(self) -> None:
        """dee's session ends on the server while she writes; the page is sent nevertheless."""
        dee = self.people["dee"]
        session = dee.client.session
        page = dee.get("/me/")
        session.flush()
        kept = dee.send(
            "/cases/search/", {"q": self.canaries.word("typed too late"), **_token(page)}, good={401}
        )
        self.people.sign_in_again("dee", kept)

    def folded_lists(self) -> None:
        """A coordinator's next sign-in folds what changed into the lists' segments."""
        ana = self.people["ana"]
        locked = ana.send("/lock/", {"next": "/", **_token(ana.get("/me/"))})
        self.people.sign_in_again("ana", locked)

    def refused_uploads(self, case: str) -> None:
        """Of a kind that is not kept, cut short, and to a page that takes none."""
        ben, page = self.people["ben"], self.people["ben"].get(f"/cases/{case}/documents/")
        ben.submit(page, file=self.file(b"\0"))
        ben.submit(page, file=self.file(), whole=None)
        ben.submit(ben.get(f"/cases/{case}/notes/"), text="", file=self.file())

    def broken_page(self, case: str) -> None:
        ben = self.people["ben"]
        page = ben.get(f"/cases/{case}/notes/")
        ben.client.raise_request_exception = False
        with failing("add_note"):
            ben.submit(page, good={500})
        ben.client.raise_request_exception = True

    def odd_addresses(self, case: str) -> None:
        """Ids that nobody has, and no CSRF token: refused, with something typed."""
        ben, word = self.people["ben"], self.canaries.word
        ben.send(f"/cases/{case}/notes/", {"text": word("without a token")}, good={403})
        ben.send("/sign-in/", {"passphrase": word("without a token")}, good={403})


@contextmanager
def failing(action: str) -> Iterator[None]:
    """An action that breaks and says with what, as a careless one might."""
    whole: Callable[..., Any] = getattr(actions, action)

    def broken(**told: Any) -> None:
        raise RuntimeError(f"could not write {told}")

    setattr(actions, action, broken)
    try:
        yield
    finally:
        setattr(actions, action, whole)


def _token(page: Page) -> dict[str, str]:
    form = page.form("/sign-out/")
    return {"csrfmiddlewaretoken": form.fields["csrfmiddlewaretoken"].value}
