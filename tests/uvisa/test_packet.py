from dataclasses import replace
from datetime import date

import pytest

from clinic.directory.facts.minnesota_clocks import STANDARD
from tests.uvisa.packets import make_clock, make_packet
from uvisa.packet import (
    Cite,
    Missing,
    citations,
    digest,
    is_unruled,
    legal_standard,
    missing,
    open_rules,
    reasons,
    standard_of,
)
from uvisa.rules import Level, Start, Trigger
from uvisa.supplement_b import CURRENT_EDITION


@pytest.mark.parametrize(
    ("verified", "confidence", "cite"),
    [
        (True, "M", Cite.CONFIRMED),
        (False, "S", Cite.VERIFY),
        (False, "P", Cite.VERIFY),
        (False, "G", Cite.WITHHELD),
        (False, "M", Cite.WITHHELD),
    ],
)
def test_what_may_be_cited(verified, confidence, cite):
    (citation,) = citations([make_clock(verified=verified, confidence=confidence)])
    assert citation.cite is cite


def test_a_target_and_an_ordinary_clock_are_never_cited():
    assert citations([make_clock(level=Level.TARGET, confidence="demand")]) == ()
    assert citations([make_clock(expedited=False)]) == ()


def test_a_citation_says_from_when_it_counts():
    (citation,) = citations([make_clock(starts=Start.RECEIPT)])
    assert citation.from_receipt


def test_the_standard_is_cited_only_where_the_statute_reaches():
    assert legal_standard([make_clock(citation="City ordinance")]) is None
    assert legal_standard([make_clock(citation="Minn. Stat. 611A.95, subd. 2(b)")]) is Cite.VERIFY


def test_what_is_looked_up_is_what_the_letter_cites():
    """An ordinary clock puts only the standard into the letter, under a stamp of its own."""
    ordinary, asked = make_clock(expedited=False), make_clock()
    assert [rule.citation for rule in open_rules([ordinary])] == [STANDARD]
    assert [rule.citation for rule in open_rules([asked])] == [asked.citation, STANDARD]
    looked_up = frozenset(rule.stamp for rule in open_rules([ordinary]))
    assert legal_standard([ordinary], looked_up) is Cite.CHECKED
    assert open_rules([asked], looked_up) == [asked.rule]
    assert open_rules([make_clock(verified=True)]) == []
    assert standard_of(asked.rule).stamp != asked.rule.stamp


def test_an_earlier_tick_for_the_statute_still_covers_its_standard():
    clock = make_clock(expedited=False)
    assert legal_standard([clock], frozenset({clock.rule.stamp})) is Cite.CHECKED
    assert open_rules([clock], frozenset({clock.rule.stamp})) == []


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (set(), ()),
        ({Trigger.REMOVAL}, (Trigger.REMOVAL,)),
        ({Trigger.FAMILY_REMOVAL}, (Trigger.FAMILY_REMOVAL,)),
        ({Trigger.REMOVAL, Trigger.FAMILY_REMOVAL, Trigger.DETAINED}, (Trigger.REMOVAL,)),
        ({Trigger.FAMILY_REMOVAL, Trigger.DETAINED}, (Trigger.FAMILY_REMOVAL,)),
        ({Trigger.DETAINED}, (Trigger.DETAINED,)),
    ],
)
def test_no_more_is_told_than_the_clocks_need(facts, told):
    city = make_clock(triggers=frozenset({Trigger.REMOVAL, Trigger.FAMILY_REMOVAL}))
    assert reasons([city], frozenset(facts)) == told


def test_an_ordinary_clock_gives_no_reason():
    clock = make_clock(expedited=False, triggers=frozenset({Trigger.FAMILY_REMOVAL}))
    assert reasons([clock], frozenset({Trigger.FAMILY_REMOVAL})) == ()


def test_detention_alone_is_a_reason_that_no_rule_knows():
    """A supervising attorney decides whether to ask; the clock stays, and nothing is cited for it."""
    clock = make_clock(expedited=False)
    assert reasons([clock], frozenset({Trigger.DETAINED})) == (Trigger.DETAINED,)
    assert is_unruled([clock], frozenset({Trigger.DETAINED}))
    assert citations([clock]) == ()
    assert not is_unruled([clock], frozenset({Trigger.REMOVAL, Trigger.DETAINED}))
    assert not is_unruled([make_clock(triggers=frozenset({Trigger.DETAINED}))], frozenset({Trigger.DETAINED}))


def test_who_is_only_detained_needs_no_notice_to_appear():
    packet = make_packet(reasons=(Trigger.DETAINED,))
    assert packet.expedites
    assert missing(packet, proof_of_proceedings=False) == ()


def test_open_marks():
    assert not make_packet(citations=(), standard=None).has_open_marks
    assert make_packet(standard=Cite.VERIFY).has_open_marks
    waiting = citations([make_clock()])
    assert make_packet(citations=waiting, standard=None).has_open_marks
    assert not make_packet(citations=waiting, standard=None, expedite_asked=False).has_open_marks


def test_parts_of_the_form():
    parts = make_packet().worksheet()
    assert [part.number for part in parts] == [1, 2, 3, 4, 5, 6, 7]
    assert CURRENT_EDITION.date == "01/20/25"


@pytest.mark.parametrize(("full_draft", "filled"), [(False, {1, 7}), (True, {1, 2, 3, 4, 7})])
def test_what_the_agency_completes_stays_empty(full_draft, filled):
    for part in make_packet(full_draft=full_draft).worksheet():
        answered = [item for item in part.items if item.text or any(box.ticked for box in item.boxes)]
        assert bool(answered) is (part.number in filled)


def test_nothing_in_part_1_is_blank():
    packet = make_packet()
    bare = replace(packet, victim=replace(packet.victim, a_number="", middle_name="", other_names=""))
    items = bare.worksheet()[0].items
    answers = {item.number: item.text for item in items}
    assert answers["1"] == answers["3.a–c"] == "Not known to us"
    assert answers["2.c"] == answers["5"] == "Left open"
    assert all(item.text or any(box.ticked for box in item.boxes) for item in items)


def test_every_a_number_is_told():
    packet = make_packet()
    told = replace(packet, victim=replace(packet.victim, more_a_numbers=("A000-765-432",)))
    first, last = told.worksheet()[0], told.worksheet()[6]
    assert [item.text for item in first.items if item.number == "1"] == ["A000-123-456"]
    assert [item.text for item in last.items if item.number == "4.a–d"] == [
        "Page 1, Part 1, item 1: also A000-765-432"
    ]


@pytest.mark.parametrize("sex", ["Male", "Female"])
def test_the_box_of_item_5_is_ticked(sex):
    packet = make_packet()
    known = replace(packet, victim=replace(packet.victim, sex=sex))
    (item,) = [item for item in known.worksheet()[0].items if item.boxes]
    assert [box.label for box in item.boxes if box.ticked] == [sex]
    assert item.text == ""


def test_crimes_are_ticked_and_similar_activity_is_written():
    packet = make_packet(full_draft=True)
    keys = frozenset({"stalking", "similar_activity"})
    packet = replace(packet, crime=replace(packet.crime, keys=keys, similar="Terroristic threats"))
    item = packet.worksheet()[2].items[0]
    assert len(item.boxes) == 31
    assert [box.label for box in item.boxes if box.ticked] == ["Stalking"]
    assert item.text == "Terroristic threats"


@pytest.mark.parametrize(
    "differs",
    [
        {"how_helped": "She came to court."},
        {"full_draft": True},
        {"enclosures": ()},
        {"citations": ()},
        {"standard": None},
        {"victim": replace(make_packet().victim, given_name="Another")},
        {"agency": replace(make_packet().agency, official="Chief Example")},
        {"sender": replace(make_packet().sender, telephone="612-555-0199")},
        {"crime": replace(make_packet().crime, keys=frozenset({"stalking"}))},
    ],
)
def test_another_letter_has_another_digest(differs):
    assert digest(make_packet(**differs)) != digest(make_packet())


@pytest.mark.parametrize(
    "differs",
    [
        {"written_on": date(2026, 12, 1), "answer_by": date(2026, 12, 8)},
        {"approved": False},
        {"standard": Cite.CHECKED},
        {"citations": make_packet().citations[::-1]},
        {"sender": replace(make_packet().sender, signer="", signer_title="")},
    ],
)
def test_the_day_and_the_signature_are_no_part_of_the_digest(differs):
    assert digest(make_packet(**differs)) == digest(make_packet())


def test_the_digest_is_the_same_tomorrow():
    """It is kept: where this fails, every approved letter in every clinic must be approved again."""
    assert digest(make_packet())[:16] == "9d5bab9bee409e4d"


def test_what_is_missing():
    packet = make_packet()
    assert missing(packet, proof_of_proceedings=True) == ()
    assert missing(packet, proof_of_proceedings=False) == (Missing.PROOF_OF_PROCEEDINGS,)
    drafted = replace(packet, full_draft=True, crime=replace(packet.crime, account=" "))
    assert missing(drafted, proof_of_proceedings=True) == (Missing.ACCOUNT,)
    bare = replace(packet, how_helped=" ", crime=replace(packet.crime, keys=frozenset({"attempt"})))
    assert missing(bare, proof_of_proceedings=True) == (Missing.UNDERLYING_CRIME, Missing.HOW_HELPED)
