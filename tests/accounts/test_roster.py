import pytest

from clinic.accounts import roster, rotation
from clinic.accounts.models import Organisation, RosterEntry
from clinic.accounts.roster import Role
from clinic.vault.errors import Tampered
from tests.builders import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]


def entry_of(subject):
    return RosterEntry.objects.get(subject=subject)


def test_it_works():
    cast = make_clinic()
    ring = cast.ring(cast.chi)
    ben = roster.trusted_identity(cast.ben.id, ring)
    assert (ben.name, ben.role) == ("ben", Role.ATTORNEY)
    assert ben.public.raw == cast.papers["ben"].identity.public.raw
    north = roster.trusted_team(cast.team("north").id, ring)
    assert north.members == {cast.ben.id, cast.sol.id}
    assert roster.trusted_recovery(ring).raw == bytes(cast.organisation.recovery_public_key)


def test_the_current_keyring_is_meant_where_none_is_given():
    cast = make_clinic()
    with cast.acting(cast.ben):
        assert roster.trusted_identity(cast.sol.id).role == Role.SUPERVISOR


def test_somebody_who_left_is_known_and_not_trusted():
    cast = make_clinic()
    ring = cast.ring(cast.ana)
    assert not roster.person(cast.eve.id, ring).active
    with pytest.raises(Tampered):
        roster.trusted_identity(cast.eve.id, ring)


def test_a_team_is_no_person():
    cast = make_clinic()
    ring = cast.ring(cast.ana)
    with pytest.raises(Tampered):
        roster.trusted_identity(cast.team("north").id, ring)
    with pytest.raises(Tampered):
        roster.trusted_team(cast.ana.id, ring)


def test_missing():
    cast = make_clinic()
    entry_of(cast.ben.id).delete()
    with pytest.raises(Tampered):
        roster.trusted_identity(cast.ben.id, cast.ring(cast.ana))


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x00" * 600])
def test_altered(damage):
    cast = make_clinic()
    RosterEntry.objects.filter(subject=cast.ben.id).update(sealed=damage)
    with pytest.raises(Tampered):
        roster.trusted_identity(cast.ben.id, cast.ring(cast.ana))


def test_an_entry_moved_to_another_subject_is_not_believed():
    """chi cannot become what sol is by copying sol's entry."""
    cast = make_clinic()
    RosterEntry.objects.filter(subject=cast.chi.id).update(sealed=entry_of(cast.sol.id).sealed)
    with pytest.raises(Tampered):
        roster.trusted_identity(cast.chi.id, cast.ring(cast.ana))
    assert cast.ring(cast.chi).teams == {}


def test_an_entry_of_an_earlier_roster_is_not_believed():
    cast = make_clinic()
    old = bytes(entry_of(cast.ben.id).sealed)
    with cast.acting(cast.ana) as ring:
        rotation.renew_everyone(ring)
    RosterEntry.objects.filter(subject=cast.ben.id).update(sealed=old)
    with pytest.raises(Tampered):
        roster.trusted_identity(cast.ben.id, cast.ring(cast.ana))


def test_an_entry_of_another_clinic_is_not_believed():
    cast = make_clinic()
    other = Organisation.objects.create(recovery_public_key=b"", recovery_sealed=b"")
    RosterEntry.objects.filter(subject=cast.ben.id).update(organisation=other)
    with pytest.raises(Tampered):
        roster.trusted_identity(cast.ben.id, cast.ring(cast.ana))


def test_a_swapped_recovery_key_gets_nothing():
    cast = make_clinic()
    true = bytes(cast.organisation.recovery_public_key)
    Organisation.objects.update(recovery_public_key=b"x" * 1216)
    assert roster.trusted_recovery(cast.ring(cast.ana)).raw == true


def test_coordinators():
    cast = make_clinic()
    ring = cast.ring(cast.chi)
    assert [one.name for one in roster.coordinators(ring)] == ["ana"]
    assert roster.needs_second_coordinator(ring)
    roster.update_person(cast.sol.id, ring, role=Role.COORDINATOR)
    assert not roster.needs_second_coordinator(ring)


def test_the_names_and_roles_are_not_in_the_table():
    cast = make_clinic()
    stored = b"".join(bytes(sealed) for sealed in RosterEntry.objects.values_list("sealed", flat=True))
    assert b"supervisor" not in stored
    assert cast.sol.sign_in_name.encode() not in stored.lower() or len(cast.sol.sign_in_name) < 4
