"""Search by a misspelt name, whole request, and the scan behind the board."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import islice
from uuid import uuid4

from django.db import transaction
from django.test import Client
from django.utils import timezone

from clinic.accounts.models import Purpose
from clinic.cases import lists, names
from clinic.vault import index
from clinic.vault.index import Entry, segments, state
from clinic.vault.index.folding import SEGMENT_SIZE
from clinic.vault.keyring import Keyring, TeamKeys
from uvisa import listing
from uvisa.board import in_turn
from uvisa.rules import Status

from .ground import Ground
from .lines import Line, interleaved
from .names import Names, misspelt

SEARCH = {20_000: 50.0, 100_000: 150.0}
SLOWEST = 150.0
SCAN = 10.0
UNFOLDED = 50  # below the number at which a sign-in or a search folds them in


def search_lines(ground: Ground) -> Iterator[Line]:
    known, there = Names(2), 0
    browser, wanted = ground.browser("ana"), ""
    for people in ground.scale.people:
        with ground.cast.acting("ana") as ring:
            wanted = fill(ring, people_entries(known, people - there))
        there = people
        took = interleaved(ground.scale.searches, search=partial(_search, browser, wanted))
        what = f"search by a misspelt name over {people:,} people"
        wall, working = took["search"].middle(1000)
        yield Line("search", what, wall, "ms", SEARCH.get(people, SLOWEST), working=working)


def _search(browser: Client, name: str) -> None:
    """The person must be among what is found."""
    response = browser.post("/cases/search/", {"q": misspelt(name)}, secure=True)
    if response.status_code != 200 or name not in response.content.decode():
        raise RuntimeError(f"not found: {response.status_code}")


def board_lines(ground: Ground) -> Iterator[Line]:
    ground.browser("sol")  # who reads a board has signed in, which folds in what was delivered before
    with ground.cast.acting("sol") as ring:
        fill(ring, _requests(ground.scale.dues, timezone.localdate()), Purpose.SUPERVISING)
        took = interleaved(ground.scale.searches, scan=_scan)
    what = f"due-date board over {ground.scale.dues:,} entries: scan"
    wall, working = took["scan"].middle(1000)
    yield Line("board", what, wall, "ms", SCAN, working=working)


def _scan() -> None:
    """Due day and owner of every entry: what uvisa.board sorts, then opening what it shows."""
    snapshot = lists.scan(Purpose.SUPERVISING)
    snapshot.due(listing.THEIRS)
    in_turn(snapshot)


def fill(ring: Keyring, entries: Iterator[Entry], purpose: Purpose = Purpose.COORDINATION) -> str:
    """Into the team's index, the last ones not folded in yet. The name of an entry in the middle."""
    keys, stretches = ring.team(ring.named[purpose]), []
    while stretch := list(islice(entries, SEGMENT_SIZE)):
        stretches.append(stretch)
    late, stretches[-1] = stretches[-1][-UNFOLDED:], stretches[-1][:-UNFOLDED]
    with transaction.atomic():
        _write(keys, ring, [stretch for stretch in stretches if stretch])
        for entry in late:
            index.put(keys, entry)
    named = [entry for entry in (stretches[len(stretches) // 2] or late) if entry.data.get("name")]
    return str(named[len(named) // 2].data["name"]) if named else ""


def _write(keys: TeamKeys, ring: Keyring, stretches: Sequence[list[Entry]]) -> None:
    """What compaction leaves behind."""
    account = state.load(keys) or state.State(ring.organisation)
    for stretch in stretches:
        account.gone[segments.write(keys, ring.organisation, stretch)] = set()
    state.save(keys, account)


def people_entries(known: Names, people: int) -> Iterator[Entry]:
    """A case of two people, and each of them for the conflict check."""
    today = timezone.localdate().isoformat()
    for number in range(people // 2):
        client, caller = known.one(), known.one()
        reference, a_number = f"B{number:06d}", known.a_number()
        both = [*names.fold(" ".join(client)), *names.fold(" ".join(caller))]
        numbers = [a_number, f"612555{number % 10000:04d}"]
        data = {"reference": reference, "name": " ".join(client), "language": "es", "held_at": "A jail"}
        shown = {**data, "opened_on": today, "urgent": False, "owner_name": "ben", "next_what": "Hearing"}
        yield Entry(uuid4(), "case.given", list(dict.fromkeys(both)), numbers, data=shown)
        for role, person, digits in (("client", client, numbers[:1]), ("caller", caller, numbers[1:])):
            told = {"role": role, "reference": reference}
            yield Entry(uuid4(), lists.PARTY, names.fold(" ".join(person)), digits, data=told)


def _requests(number: int, today: date) -> Iterator[Entry]:
    owners = [uuid4() for _ in range(12)]
    shelves = (
        [listing.THEIRS] * 7
        + [listing.our_shelf(Status.READY), listing.our_shelf(Status.DRAFT)]
        + [listing.DONE]
    )
    for place in range(number):
        shelf = shelves[place % len(shelves)]
        day = today + timedelta(days=place % 97 - 20) if shelf == listing.THEIRS else None
        yield Entry(uuid4(), shelf, day=day, owner=owners[place % 12], data={"reference": f"B{place:06d}"})
