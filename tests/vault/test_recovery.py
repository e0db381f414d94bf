from itertools import combinations, permutations

import pytest

from clinic.vault.codes import new_secret
from clinic.vault.errors import Tampered
from clinic.vault.recovery import SHARE, create, recover

from .build import BEN, ORGANISATION


@pytest.fixture(scope="module")
def made():
    return create(ORGANISATION)


@pytest.mark.parametrize(("one", "other"), list(permutations(range(3), 2)))
def test_any_two_codes_recover_in_either_order(made, one, other):
    public, sealed, secrets = made
    assert recover(sealed, secrets[one], secrets[other], ORGANISATION).public.raw == public.raw


@pytest.mark.parametrize("alone", range(3))
def test_one_code_alone_does_not(made, alone):
    _, sealed, secrets = made
    for other in (secrets[alone], new_secret(), b"", bytes(16)):
        with pytest.raises(Tampered):
            recover(sealed, secrets[alone], other, ORGANISATION)


def test_not_for_another_organisation(made):
    _, sealed, secrets = made
    with pytest.raises(Tampered):
        recover(sealed, secrets[0], secrets[1], BEN)


@pytest.mark.parametrize(("number", "pair"), list(enumerate(combinations(range(3), 2))))
def test_an_altered_share_is_refused_and_the_others_still_open(made, number, pair):
    public, sealed, secrets = made
    at = number * SHARE + 40
    altered = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    with pytest.raises(Tampered):
        recover(altered, secrets[pair[0]], secrets[pair[1]], ORGANISATION)
    for one, other in set(combinations(range(3), 2)) - {pair}:
        assert recover(altered, secrets[one], secrets[other], ORGANISATION).public.raw == public.raw


def test_a_share_in_the_place_of_another_is_refused(made):
    _, sealed, secrets = made
    swapped = sealed[SHARE : 2 * SHARE] + sealed[:SHARE] + sealed[2 * SHARE :]
    with pytest.raises(Tampered):
        recover(swapped, secrets[0], secrets[1], ORGANISATION)


@pytest.mark.parametrize("length", [0, 1, 12, SHARE - 1])
def test_cut_short_it_is_refused(made, length):
    _, sealed, secrets = made
    with pytest.raises(Tampered):
        recover(sealed[:length], secrets[0], secrets[1], ORGANISATION)


def test_the_private_half_does_not_stand_in_what_is_stored(made):
    _, sealed, secrets = made
    seed = recover(sealed, secrets[0], secrets[1], ORGANISATION)._seed
    assert seed[:16] not in sealed
    assert not any(secret in sealed for secret in secrets)
