import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clinic.vault.envelope import Scope
from clinic.vault.errors import Locked
from clinic.vault.keyring import current, using

from .build import ANA, BEN, CASE, TEAM, make_box, make_ring, make_team

SCOPE = Scope("case", CASE)


def test_nobody_is_signed_in_at_first():
    with pytest.raises(Locked):
        current()


def test_a_ring_is_held_for_one_block():
    with using(make_ring()) as ring:
        assert current() is ring
    with pytest.raises(Locked):
        current()


def test_a_ring_within_a_ring_gives_back_the_outer_one():
    with using(make_ring()) as outer:
        with using(make_ring(BEN)) as inner:
            assert current() is inner
        assert current() is outer
        assert outer.box(SCOPE, 1)


def test_it_opens_what_it_was_given_and_nothing_else():
    ring = make_ring()
    assert ring.has(SCOPE, 1)
    assert ring.box(SCOPE, 1).key == make_box().key
    for scope, generation in ((SCOPE, 2), (Scope("case", BEN), 1), (Scope("attorney", CASE), 1)):
        assert not ring.has(scope, generation)
        with pytest.raises(Locked):
            ring.box(scope, generation)
    with pytest.raises(Locked):
        ring.newest(Scope("attorney", CASE))
    with pytest.raises(Locked):
        ring.team(TEAM)


@pytest.mark.parametrize("generations", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_new_things_are_sealed_with_the_newest_key(generations):
    ring = make_ring(case=None)
    for generation in generations:
        ring.add(SCOPE, make_box(generation=generation))
    assert ring.newest(SCOPE).generation == 3
    assert ring.box(SCOPE, 1).generation == 1


def test_everybody_holds_their_own_key():
    assert make_ring(ANA).newest(Scope("own", ANA)).key == make_ring(ANA).identity.own_key
    assert not make_ring(ANA).has(Scope("own", BEN), 0)


@pytest.mark.parametrize("fails", [False, True])
def test_after_the_block_the_keys_are_gone(fails):
    """Also for whoever kept the ring: a streaming response, a thread, a traceback."""
    ring = make_ring()
    ring.teams[TEAM] = make_team()
    assert ring.own_kek
    try:
        with using(ring):
            if fails:
                raise RuntimeError
    except RuntimeError:
        pass
    for look in (
        lambda: ring.box(SCOPE, 1),
        lambda: ring.newest(SCOPE),
        lambda: ring.team(TEAM),
        lambda: ring.identity,
        lambda: ring.own_kek,
    ):
        with pytest.raises(Locked):
            look()


def test_two_people_in_two_threads_never_see_each_others_keys():
    together = threading.Barrier(8)

    def request(number: int) -> bool:
        user = (ANA, BEN)[number % 2]
        right = True
        for _ in range(50):
            with using(make_ring(user, case=None)) as ring:
                together.wait(10)
                right = right and current() is ring and current().user == user
                together.wait(10)
        return right

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(request, range(8)))


def test_a_new_thread_has_no_keys():
    found: list[object] = []

    def look() -> None:
        try:
            found.append(current())
        except Locked:
            found.append(None)

    with using(make_ring()):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert found == [None]
