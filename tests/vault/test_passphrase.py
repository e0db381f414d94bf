import threading
import time
from multiprocessing import get_context

import pytest

from clinic.vault import passphrase
from clinic.vault.passphrase import generate_passphrase, master_key, normal

from .build import ANA, BEN

SALT = bytes(range(16))
SIX = "one two three four five six"


def test_a_passphrase_has_six_words_of_a_long_list():
    words = generate_passphrase().split(" ")
    assert len(words) == 6
    assert set(words) <= set(passphrase._words())
    assert len(set(passphrase._words())) > 7000
    assert all(word.isascii() and word == word.lower() for word in passphrase._words())


def test_no_two_are_the_same():
    assert len({generate_passphrase() for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "typed",
    [
        SIX,
        f"  {SIX}\n",
        SIX.replace(" ", "   "),
        SIX.replace(" ", "\t"),
        SIX.replace(" ", "\u00a0"),
        "ｏｎｅ" + SIX[3:],
    ],
)
def test_spaces_and_forms_of_letters_make_no_difference(typed):
    assert normal(typed) == SIX.encode()


def test_capitals_and_accents_do():
    assert len({normal(typed) for typed in (SIX, SIX.upper(), SIX.replace("o", "ó"))}) == 3


def test_a_master_key_is_these_bytes():
    """At the tests' cost, for a fixed pepper, user and salt."""
    assert (
        master_key(SIX, ANA, SALT).hex() == "cb3b596c5b81eedd6ad9091bc63dcffebbbf4f8d3e832a27f94c2d0c74244d13"
    )


def test_everything_takes_part_in_it(settings):
    keys = {
        master_key(SIX, ANA, SALT),
        master_key(SIX + " seven", ANA, SALT),
        master_key(SIX, BEN, SALT),
        master_key(SIX, ANA, bytes(16)),
    }
    settings.PEPPER = b"another pepper of forty characters or so"
    keys.add(master_key(SIX, ANA, SALT))
    settings.ARGON2_PASSES += 1
    keys.add(master_key(SIX, ANA, SALT))
    assert len(keys) == 6


def test_at_most_two_threads_derive_at_once():
    inside, most = 0, 0
    counting = threading.Lock()

    def derive() -> None:
        nonlocal inside, most
        with passphrase._slot():
            with counting:
                inside += 1
                most = max(most, inside)
            time.sleep(0.01)
            with counting:
                inside -= 1

    threads = [threading.Thread(target=derive) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def _hold(entered, leave) -> None:
    with passphrase._slot():
        entered.release()
        leave.wait(20)


def test_at_most_two_processes_derive_at_once():
    context = get_context("fork")
    entered, leave = context.Semaphore(0), context.Event()
    workers = [context.Process(target=_hold, args=(entered, leave)) for _ in range(3)]
    for worker in workers:
        worker.start()
    assert entered.acquire(timeout=10)
    assert entered.acquire(timeout=10)
    assert not entered.acquire(timeout=0.2)
    leave.set()
    assert entered.acquire(timeout=10)
    for worker in workers:
        worker.join()


def test_a_place_comes_free_when_a_derivation_fails():
    for _ in range(5):
        with pytest.raises(RuntimeError), passphrase._slot():
            raise RuntimeError
    assert master_key(SIX, ANA, SALT)
