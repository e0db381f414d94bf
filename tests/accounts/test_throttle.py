from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from clinic.accounts import throttle
from clinic.accounts.throttle import Throttle, TooSoon, network_of

HOME, CAFE = "192.0.2.7", "198.51.100.20"


@pytest.fixture
def clock():
    with time_machine.travel(1_800_000_000, tick=False) as traveller:
        yield traveller


def tries(account: str, address: str, count: int) -> int:
    """How many of `count` tries were let through."""
    passed = 0
    for _ in range(count):
        try:
            Throttle(account, address).admit()
        except TooSoon:
            continue
        passed += 1
    return passed


def wait(account: str, address: str) -> int:
    with pytest.raises(TooSoon) as soon:
        Throttle(account, address).admit()
    return soon.value.seconds


def test_it_works(clock):
    assert tries("ana", HOME, 3) == 3
    assert wait("ana", HOME) == 1
    clock.shift(1)
    Throttle("ana", HOME).admit()


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(clock):
    waits = []
    tries("ana", HOME, 3)
    for _ in range(12):
        waits.append(wait("ana", HOME))
        clock.shift(waits[-1])
        Throttle("ana", HOME).admit()
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_a_refused_try_costs_nothing(clock):
    tries("ana", HOME, 30)
    assert wait("ana", HOME) == 1


def test_success_forgives(clock):
    tries("ana", HOME, 3)
    Throttle("ana", HOME).forgive()
    assert tries("ana", HOME, 5) == 5


def test_another_account_from_the_same_network_is_free(clock):
    tries("ana", HOME, 4)
    assert tries("ben", HOME, 1) == 1


def test_one_network_trying_many_accounts_waits(clock):
    passed = sum(tries(f"name{number}", CAFE, 1) for number in range(60))
    assert passed == throttle.NETWORK.free


def test_nobody_is_locked_out_from_where_they_work(clock):
    """Whatever strangers do from anywhere else, ana's own network is not slowed down."""
    Throttle("ana", HOME).admit()
    Throttle("ana", HOME).forgive()
    for number in range(50):
        tries("ana", f"203.0.113.{number}", 5)
    assert tries("ana", HOME, 1) == 1


def test_a_colleague_behind_the_same_address_waits_a_minute_at_most(clock):
    Throttle("ana", HOME).admit()
    Throttle("ana", HOME).forgive()
    for number in range(60):
        tries(f"name{number}", HOME, 1)
    assert tries("ana", HOME, 1) == 1
    for _ in range(30):
        tries("ana", HOME, 1)
        clock.shift(60)
    tries("ana", HOME, 1)
    assert wait("ana", HOME) <= throttle.PAIR_KNOWN.most


def test_an_attacked_account_lets_a_stranger_in_after_a_short_wait_of_their_own(clock):
    """ana from a hotel, while many networks guess at her name all the time."""
    for number in range(20):
        tries("ana", f"203.0.113.{number}", 2)
    assert wait("ana", CAFE) == throttle.STRANGER_WAIT
    clock.shift(throttle.STRANGER_WAIT // 2)
    for number in range(20, 40):
        tries("ana", f"203.0.113.{number}", 2)
    clock.shift(throttle.STRANGER_WAIT // 2)
    assert tries("ana", CAFE, 1) == 1


def test_an_unknown_name_waits_like_a_known_one(clock):
    assert tries("nobody", HOME, 10) == tries("ana", CAFE, 10)


def test_everything_is_forgotten_in_an_hour(clock):
    tries("ana", HOME, 3)
    clock.shift(throttle.FORGET_AFTER + 1)
    assert tries("ana", HOME, 3) == 3


def test_many_at_once_count_as_many():
    with ThreadPoolExecutor(8) as pool:
        passed = sum(pool.map(lambda _: tries("ana", HOME, 1), range(32)))
    assert passed == throttle.PAIR.free


def test_nothing_readable_is_left(settings):
    tries("ana", HOME, 3)
    left = [path for path in settings.BOOT_DIR.rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() + str(path).encode() for path in left)
    assert b"ana" not in content.replace(str(settings.BOOT_DIR).encode(), b"")
    assert HOME.encode() not in content


def test_old_files_are_swept(settings, clock):
    for number in range(5):
        tries(f"name{number}", CAFE, 1)
    clock.shift(throttle.FORGET_AFTER + 1)
    throttle._Tallies().sweep()
    assert not list((settings.BOOT_DIR / "throttle").iterdir())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("", "not an address", True),
    ],
)
def test_a_network_is_one_household(one: str, other: str, same: bool):
    assert (network_of(one) == network_of(other)) is same
