import json
from uuid import UUID

import pytest

from clinic.vault import index
from clinic.vault.encoding import pad
from clinic.vault.errors import Tampered
from clinic.vault.index import sealing
from clinic.vault.keyring import using
from clinic.vault.keys import Identity
from clinic.vault.models import IndexChange

from .build import ANA, BEN, CASE, TEAM, make_identity, make_ring, make_team
from .entries import look, make_entry, shown, trust

pytestmark = pytest.mark.django_db
NOBODY = UUID(int=7)


@pytest.fixture
def keys():
    return make_team()


def deliver(keys, number: int = 1, *, by: UUID = BEN, gone: bool = False, **values) -> IndexChange:
    with using(make_ring(by)):
        if gone:
            index.deliver(keys.id, keys.epoch, keys.pair.public, gone=UUID(int=number))
        else:
            index.deliver(keys.id, keys.epoch, keys.pair.public, entry=make_entry(number, **values))
    return IndexChange.objects.filter(team=keys.id).latest("order")


def refused(keys) -> bool:
    """Left out, counted, and still so after folding."""
    for _ in range(2):
        found = look(keys)
        if shown(found) or found.damaged != 1:
            return False
        with using(make_ring()):
            index.compact(keys, trust=trust)
    return True


def write_letter(row: IndexChange, keys, letter: bytes) -> None:
    """What a stranger who knows the team's public key can do."""
    public = keys.pair.public
    row.sealed = sealing.DELIVERED + public.encrypt(pad(letter), sealing._delivery(row, public.fingerprint))
    row.save()


def signed_letter(
    row: IndexChange, plain: bytes, *, by: UUID = BEN, identity: Identity | None = None
) -> bytes:
    signer = identity or make_identity(str(by))
    return by.bytes + signer.sign(sealing._delivery(row, plain)) + plain


@pytest.mark.parametrize("folded", [False, True])
def test_it_works(keys, folded):
    """Ben is in no team that lists the case, and notes that it was given to him."""
    deliver(keys, 1)
    deliver(keys, 2)
    deliver(keys, 2, gone=True)
    if folded:
        with using(make_ring()):
            index.compact(keys, trust=trust)
    assert shown(look(keys)) == {UUID(int=1): make_entry(1)}
    assert look(keys).damaged == 0


def test_there_must_be_something_to_deliver(keys):
    with using(make_ring()), pytest.raises(ValueError, match="nothing"):
        index.deliver(keys.id, keys.epoch, keys.pair.public)


def test_the_sender_cannot_read_it_again(keys):
    row = deliver(keys)
    with pytest.raises(Tampered):
        sealing.open_change(row, make_team("guessed"), trust, {})


def test_somebody_who_is_not_on_the_roster_is_refused(keys):
    deliver(keys, by=NOBODY)
    assert refused(keys)


def test_somebody_else_s_name_is_refused(keys):
    row = deliver(keys)
    write_letter(row, keys, signed_letter(row, make_entry(9).line(), by=ANA, identity=make_identity("eve")))
    assert refused(keys)


def test_without_a_signature_it_is_refused(keys):
    row = deliver(keys)
    write_letter(row, keys, BEN.bytes + bytes(64) + b"+" + make_entry(9).line())
    assert refused(keys)


@pytest.mark.parametrize(
    "letter",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff" * 15,
        bytes(16),
        bytes(79),
        bytes(80),
        bytes(500),
        BEN.bytes,
        BEN.bytes + bytes(64),
    ],
)
def test_a_letter_that_is_none_is_refused(keys, letter):
    write_letter(deliver(keys), keys, letter)
    assert refused(keys)


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"+",
        b"-",
        b"-short",
        b"+{}",
        b"+[]",
        b"+null",
        b"+" + b"[" * 100_000,
        b"+[2,3]",
        b"+" + json.dumps([1, CASE.hex, "case", ["\ud800"], [], None, None, {}]).encode(),
        b"+" + json.dumps([1, CASE.hex, "case", [], [], None, None, {"name": "\ud800"}]).encode(),
        b"+" + json.dumps([1, CASE.hex, "case\ncase", [], [], None, None, {}]).encode(),
        b"+" + json.dumps([1, 5, "case", [], [], None, None, {}]).encode(),
        b"+" + json.dumps([1, "x", "case", [], [], None, None, {}]).encode(),
        b"+" + json.dumps([9, CASE.hex, "case", [], [], None, None, {}]).encode(),
        b"+" + json.dumps([1, CASE.hex, 7, [], [], None, None, {}]).encode(),
        b"+" + json.dumps([1, CASE.hex, "case", [7], [], None, None, {}]).encode(),
        b"+" + json.dumps([1, CASE.hex, "case", "word", 7, None, None, {}]).encode(),
        b"+" + json.dumps([1, CASE.hex, "case", [], [None], None, None, {}]).encode(),
        b"+" + json.dumps([1, CASE.hex, "case", [], [], "yesterday", None, {}]).encode(),
        b"+" + json.dumps([1, CASE.hex, "case", [], [], 7, None, {}]).encode(),
        b"+" + json.dumps([1, CASE.hex, "case", [], [], None, [1], {}]).encode(),
        b"+" + json.dumps([1, CASE.hex, "case", [], [], None, None, []]).encode(),
    ],
)
def test_a_colleague_s_nonsense_is_refused_and_breaks_no_list(keys, plain):
    row = deliver(keys)
    write_letter(row, keys, signed_letter(row, plain))
    assert refused(keys)


def test_a_delivery_to_another_team_is_refused(keys):
    other = make_team("intake", team=CASE)
    row = deliver(other)
    IndexChange.objects.filter(pk=row.pk).update(team=TEAM)
    assert refused(keys)


def test_a_letter_to_another_team_sealed_anew_is_refused(keys):
    """A member of one team passes on what ben signed for it to a team that he did not write to."""
    other = make_team("intake", team=CASE)
    written = deliver(other)
    plain = b"+" + make_entry().line()
    letter = signed_letter(written, plain)
    row = deliver(keys)
    write_letter(row, keys, letter)
    assert refused(keys)


def test_a_delivery_in_another_row_or_order_is_refused(keys):
    row = deliver(keys)
    IndexChange.objects.filter(pk=row.pk).update(order=5)
    assert refused(keys)
    IndexChange.objects.filter(pk=row.pk).update(id=CASE, order=1)
    assert refused(keys)


@pytest.mark.parametrize("at", [0, 1, 40, 1200, -1])
def test_an_altered_delivery_is_refused(keys, at):
    row = deliver(keys)
    sealed = bytearray(row.sealed)
    sealed[at] ^= 1
    IndexChange.objects.filter(pk=row.pk).update(sealed=bytes(sealed))
    assert refused(keys)


def test_a_delivery_to_an_earlier_epoch_waits_for_its_key(keys):
    """What cannot be read is not thrown away: the list counts it, and folding leaves it."""
    deliver(keys)
    later = make_team(epoch=2)
    for _ in range(2):
        assert look(later).damaged == 1
        with using(make_ring()):
            index.compact(later, trust=trust)
    assert set(shown(look(later, seeds={1: keys.pair}))) == {UUID(int=1)}
    with using(make_ring()):
        index.compact(later, trust=trust, seeds={1: keys.pair})
    assert set(shown(look(later))) == {UUID(int=1)}
    assert not IndexChange.objects.exists()


def test_what_cannot_be_read_may_be_discarded(keys):
    deliver(keys, 1)
    deliver(keys, 2, by=NOBODY)
    with using(make_ring()):
        assert index.discard(keys, trust=trust) == 1
    assert look(keys).damaged == 0
    assert set(shown(look(keys))) == {UUID(int=1)}


def test_a_later_change_after_one_that_waits_is_not_overtaken(keys):
    old = make_team()
    deliver(old, 1, name="old name")
    later = make_team(epoch=2)
    with using(make_ring()):
        index.put(later, make_entry(1, name="newer name"))
        index.compact(later, trust=trust)
        index.compact(later, trust=trust, seeds={1: old.pair})
    assert shown(look(later, seeds={1: old.pair}))[UUID(int=1)].terms == ["newer", "name"]
