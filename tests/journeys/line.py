"""The thin line, from a phone call to a certification packet: what each person does, in order."""

import io
import re
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone
from pypdf import PdfReader

from tests.journeys.people import Meet, Mode, Person

NAME, MISSPELT = "Quintessa Zvezdalia Ejemplo", "Kintesa Svesdalia"
STORY = "She was taken on her way to work. Her children are with her sister."
PACKET = (
    "Example Legal Clinic",
    "RE: Request for Form I-918 Supplement B",
    "Minneapolis Police Department",
    NAME,
    "MP-26-000123",
    "We ask for expedited processing because the victim is in removal proceedings.",
    "Sol Example",
)


def take_call(meet: Meet, mode: Mode) -> str:
    """chi takes it; returns the reference."""
    chi: Person = meet("chi", mode)
    chi.sign_in()
    chi.room("Calls")
    chi.press("Start a call")
    chi.write("Given names", "Quintessa")
    chi.write("Family names", "Zvezdalia Ejemplo")
    chi.write("A-number", "A000-123-456")
    chi.write_day("Date of birth", date(1991, 3, 4))
    chi.choose("Language the detained person speaks", "Español")
    _tell_of_the_caller(chi)
    _tell_of_the_arrest(chi)
    chi.write("What happened", STORY)
    chi.press("Log this call")
    chi.sees("Logged. Reference:", "A coordinator reads the case")
    reference = chi.page.locator("h1 .reference").inner_text()
    assert NAME not in chi.text
    return reference


def _tell_of_the_caller(chi: Person) -> None:
    chi.write("Caller’s name", "Calla")
    chi.write("What is the caller to the detained person?", "sister")
    chi.write("Safe number to call back", "612-555-0123, ask for the sister")
    chi.tick("Text", "What is safe?")
    chi.write("When is it safe?", "after six")


def _tell_of_the_arrest(chi: Person) -> None:
    chi.write("Where held now", "Sherburne County Jail")
    chi.write("Arrested by whom", "ICE")
    chi.write_day("Arrested when", timezone.localdate() - timedelta(days=1))
    chi.tick("Yes", "Is the person in removal proceedings?")


def route(meet: Meet, mode: Mode, reference: str) -> Person:
    """ana finds it, reads it, and gives it to ben."""
    ana: Person = meet("ana", mode)
    ana.sign_in()
    ana.room("Waiting")
    ana.sees(NAME, reference, "since today")
    ana.search(MISSPELT)
    ana.sees("1 result", NAME)
    ana.follow(NAME)
    ana.sees("A000-123-456", "Sherburne County Jail", "ICE", "612-555-0123", "after six", STORY, "Español")
    ana.room("Waiting")
    ana.follow(f"Give or offer {reference}")
    ana.tick_starting("ben", "To whom")
    ana.press("Save")
    ana.sees("ben has this case")
    return ana


def work_on_it(meet: Meet, mode: Mode, reference: str, paper: Path) -> None:
    """ben sees it in his caseload, and adds what he knows."""
    ben: Person = meet("ben", mode)
    ben.sign_in()
    ben.room("My cases")
    ben.sees(NAME, reference)
    ben.follow(reference)
    ben.follow("Add a note")
    ben.write("Note", "The police report says that she called 911 herself.")
    ben.tick("Everybody who holds the case", "Who may read it")
    ben.press("Save the note")
    ben.sees("The note was saved.", "she called 911 herself")
    ben.follow("Add a document")
    ben.write("What it is", "Police report")
    ben.tick("Everybody who holds the case", "Who may read it")
    ben.attach("File", paper)
    ben.press("Save the document")
    ben.sees("Police report")
    assert ben.download("Police report").read_bytes() == paper.read_bytes()


def ask_for_certification(ana: Person) -> None:
    ana.go(ana.page.url)
    ana.sees("she called 911 herself", "Police report")
    ana.follow("Ask for a U‑visa certification")
    ana.choose("Agency", "Minneapolis Police Department")
    ana.tick("Felonious assault", "Crimes")
    ana.write("When it happened", "July 9, 2026")
    ana.write("Where it happened", "Example Street, Minneapolis")
    ana.write("The agency’s case number", "MP-26-000123")
    ana.write("How the victim helped", "She called 911 and gave a statement.")
    ana.write("What happened, for the full draft", "She was struck with a bottle at a bus stop.")
    ana.tick("Yes", "Is the victim in removal proceedings?")
    ana.tick("Yes", "Ask for the expedite?")
    ana.tick("Yes", "Is a copy of the notice to appear enclosed?")
    ana.write("Enclosures", "Notice to appear")
    ana.press("Save the request")
    ana.sees("Being written", "expedite", "July 9, 2026")
    ana.press("Give it to a supervising attorney")
    ana.sees("Waits for a supervising attorney")


def approve(meet: Meet, mode: Mode) -> None:
    sol: Person = meet("sol", mode)
    sol.sign_in()
    sol.sees("wait for your approval", "Minneapolis Police Department")
    sol.follow("Minneapolis Police Department")
    sol.follow("Approve and sign")
    sol.write("Your name, as it stands under the letter", "Sol Example")
    for asked in ("I checked the citations", "I weighed with the client"):
        box = sol.main.get_by_label(asked)
        if box.count():
            sol.hands.tick(box)
    sol.press("Approve and sign")
    sol.sees("Approved, not sent yet")


def send(ana: Person) -> str:
    """Prints and sends it, and records that the agency has it. Returns what the packet says."""
    ana.go(ana.page.url)
    printed = read_pdf(ana.download("Packet as PDF"))
    ana.follow("Record that it was sent")
    ana.write("How", "By hand")
    ana.press("Save")
    ana.sees("Sent, receipt not confirmed")
    ana.follow("Record that the agency has it")
    ana.write("How do we know?", "Stamped copy")
    ana.press("Save")
    ana.sees("Received by the agency")
    return printed


def check_board(ana: Person, reference: str) -> None:
    """Both clocks, each with its source, from the day it was received."""
    ana.room("Certification")
    today = timezone.localdate()
    ana.sees(NAME, reference, "Minneapolis Police Department", "Counted from")
    city, state = (ana.main.locator(".due__rule", has_text=f"{days} days, due") for days in (7, 14))
    for clock, days, words in (
        (city, 7, ("The city’s rule", "Minneapolis ordinance")),
        (state, 14, ("The state’s rule", "Minn. Stat. 611A.95")),
    ):
        said = re.sub(r"\s+", " ", clock.inner_text())
        ends = today + timedelta(days=days)
        for one in (*words, f"{ends:%A, %B} {ends.day}"):
            assert one in said, f"“{one}” is not in: {said}"


def read_pdf(file: Path) -> str:
    pages = PdfReader(io.BytesIO(file.read_bytes())).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
