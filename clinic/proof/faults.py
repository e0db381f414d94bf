"""What goes wrong in a day: mistyped, too late, broken, and sent where it does not belong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from clinic.cases import actions

from .canaries import Canaries
from .papers import Papers
from .people import People, token


class Faults:
    def __init__(self, people: People, canaries: Canaries) -> None:
        self.people, self.canaries, self.papers = people, canaries, Papers(people, canaries)

    def everything(self, case: str) -> None:
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
            "/cases/search/", {"q": self.canaries.word("typed too late"), **token(page)}, good={401}
        )
        self.people.sign_in_again("dee", kept)

    def folded_lists(self) -> None:
        """A coordinator's next sign-in folds what changed into the lists' segments."""
        ana = self.people["ana"]
        locked = ana.send("/lock/", {"next": "/", **token(ana.get("/me/"))})
        self.people.sign_in_again("ana", locked)

    def refused_uploads(self, case: str) -> None:
        """Of a kind that is not kept, cut short, and to a page that takes none."""
        ben, page = self.people["ben"], self.people["ben"].get(f"/cases/{case}/documents/")
        ben.submit(page, file=self.papers.file(b"\0"))
        ben.submit(page, file=self.papers.file(), whole=None)
        ben.submit(ben.get(f"/cases/{case}/notes/"), text="", file=self.papers.file())

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
