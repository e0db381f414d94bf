import time
from uuid import uuid4

import pytest
import time_machine
from django_otp.oath import TOTP
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts import devices, identities, otp
from clinic.accounts.errors import PassphraseTooShort
from clinic.accounts.models import BackupCode, Organisation, SealedTotp, User
from clinic.vault.codes import BadCode, from_code, to_code
from clinic.vault.errors import Tampered
from clinic.vault.passphrase import master_key

pytestmark = pytest.mark.django_db


def make_user(name="ben"):
    organisation = Organisation.objects.create(recovery_public_key=b"", recovery_sealed=b"")
    return User.objects.create(organisation=organisation, sign_in_name=name, email="ben@clinic.example")


def fresh(user):
    return User.objects.get(id=user.id)


def code_now(user, identity):
    sealed = bytes(SealedTotp.objects.get(user=user).sealed_seed)
    totp = TOTP(otp.open_seed(sealed, user.id, identity.otp_key))
    totp.time = time.time()
    return f"{totp.token():06d}"


def test_it_works():
    user = make_user()
    papers = identities.enrol(user)
    assert len(papers.passphrase.split()) == 6
    assert identities.open_identity(fresh(user), papers.passphrase).raw == papers.identity.raw


def test_spaces_and_form_do_not_matter():
    user = make_user()
    papers = identities.enrol(user)
    typed = "  ".join(papers.passphrase.split()) + " "
    assert identities.open_identity(fresh(user), typed).raw == papers.identity.raw


def test_nothing_that_opens_is_stored():
    user = make_user()
    papers = identities.enrol(user)
    row = User.objects.filter(id=user.id).values_list().get()
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for secret in (papers.identity.raw[:32], papers.passphrase.encode(), from_code(papers.recovery_code)):
        assert secret not in stored


@pytest.mark.parametrize("wrong", ["", "a", "one two three four five six", "\x00", "é" * 500])
def test_a_wrong_passphrase(wrong):
    user = make_user()
    identities.enrol(user)
    with pytest.raises(Tampered):
        identities.open_identity(fresh(user), wrong)


def test_an_unknown_or_invited_person_costs_the_same_and_opens_nothing(monkeypatch):
    runs = []

    def counted(*args):
        runs.append(1)
        return master_key(*args)

    monkeypatch.setattr(identities, "master_key", counted)
    identities.dummy_open("whatever it is")
    with pytest.raises(Tampered):
        identities.open_identity(make_user(), "whatever it is")
    assert len(runs) == 2


def test_own_choice_needs_twenty_characters():
    user = make_user()
    with pytest.raises(PassphraseTooShort):
        identities.enrol(user, passphrase="nineteen characters")
    papers = identities.enrol(user, passphrase="twenty characters ok")
    assert papers.passphrase == "twenty characters ok"


def test_spaces_do_not_make_a_passphrase_long():
    with pytest.raises(PassphraseTooShort):
        identities.enrol(make_user(), passphrase="short" + " " * 20)


def test_a_swapped_public_key_is_noticed():
    user, other = make_user(), make_user("dee")
    papers, others = identities.enrol(user), identities.enrol(other)
    User.objects.filter(id=user.id).update(public_key=others.identity.public.raw)
    with pytest.raises(Tampered):
        identities.open_identity(fresh(user), papers.passphrase)


def test_an_identity_moved_to_another_row_does_not_open():
    user, other = make_user(), make_user("dee")
    papers = identities.enrol(user)
    kept = fresh(user)
    User.objects.filter(id=other.id).update(
        public_key=kept.public_key, identity_sealed=kept.identity_sealed, salt=kept.salt
    )
    with pytest.raises(Tampered):
        identities.open_identity(fresh(other), papers.passphrase)


@pytest.mark.parametrize(
    "damage",
    [{"salt": b""}, {"identity_sealed": b"\x01"}, {"identity_sealed": b"\x02" * 157}, {"public_key": b"x"}],
)
def test_a_damaged_row_is_the_one_error(damage):
    user = make_user()
    papers = identities.enrol(user)
    User.objects.filter(id=user.id).update(**damage)
    with pytest.raises(Tampered):
        identities.open_identity(fresh(user), papers.passphrase)


class TestChangingThePassphrase:
    def test_it_works(self):
        user = make_user()
        papers = identities.enrol(user)
        before = fresh(user)
        new = identities.reseal(fresh(user), papers.identity)
        after = fresh(user)
        assert identities.open_identity(after, new).raw == papers.identity.raw
        assert after.get_session_auth_hash() != before.get_session_auth_hash()
        with pytest.raises(Tampered):
            identities.open_identity(after, papers.passphrase)

    def test_only_by_its_owner(self):
        user, other = make_user(), make_user("dee")
        identities.enrol(user)
        stranger = identities.enrol(other).identity
        with pytest.raises(Tampered):
            identities.reseal(fresh(user), stranger)

    def test_the_printed_code_still_works(self):
        user = make_user()
        papers = identities.enrol(user)
        identities.reseal(fresh(user), papers.identity)
        assert identities.open_by_code(fresh(user), papers.recovery_code).raw == papers.identity.raw


class TestThePrintedCode:
    def test_it_works_once(self):
        user = make_user()
        papers = identities.enrol(user)
        identity = identities.open_by_code(fresh(user), papers.recovery_code.lower().replace("-", " "))
        anew = identities.replace_after_loss(fresh(user), identity)
        assert identities.open_identity(fresh(user), anew.passphrase).raw == papers.identity.raw
        with pytest.raises(Tampered):
            identities.open_by_code(fresh(user), papers.recovery_code)

    def test_mistyped(self):
        user = make_user()
        code = identities.enrol(user).recovery_code
        with pytest.raises(BadCode):
            identities.open_by_code(fresh(user), code[:-1])

    def test_somebody_elses(self):
        user = make_user()
        identities.enrol(user)
        with pytest.raises(Tampered):
            identities.open_by_code(fresh(user), to_code(bytes(16)))

    def test_it_needs_the_pepper(self, settings):
        user = make_user()
        papers = identities.enrol(user)
        settings.PEPPER = b"another-pepper-0123456789-abcdefgh"
        with pytest.raises(Tampered):
            identities.open_by_code(fresh(user), papers.recovery_code)
        with pytest.raises(Tampered):
            identities.open_identity(fresh(user), papers.passphrase)


class TestTheSecondFactor:
    def test_it_works(self):
        user = make_user()
        identity = identities.enrol(user).identity
        assert devices.check(user, identity, code_now(user, identity))

    def test_a_code_works_once(self):
        user = make_user()
        identity = identities.enrol(user).identity
        code = code_now(user, identity)
        assert devices.check(user, identity, code)
        assert not devices.check(user, identity, code)

    def test_an_earlier_code_does_not_work_after_a_later_one(self):
        user = make_user()
        identity = identities.enrol(user).identity
        with time_machine.travel("2026-03-02 12:00:00Z", tick=False) as clock:
            earlier = code_now(user, identity)
            clock.shift(30)
            assert devices.check(user, identity, code_now(user, identity))
            clock.shift(2)
            assert not devices.check(user, identity, earlier)

    @pytest.mark.parametrize("wrong", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "12 34"])
    def test_wrong_codes(self, wrong):
        user = make_user()
        identity = identities.enrol(user).identity
        assert not devices.check(user, identity, wrong)

    def test_a_wrong_code_slows_the_next(self):
        user = make_user()
        identity = identities.enrol(user).identity
        right = code_now(user, identity)
        assert not devices.check(user, identity, f"{(int(right) + 500000) % 1000000:06d}")
        assert not devices.check(user, identity, right)

    def test_backup_codes_work_once_each(self):
        user = make_user()
        papers = identities.enrol(user)
        assert len(set(papers.backup_codes)) == 10
        assert devices.check(user, papers.identity, papers.backup_codes[0].lower())
        assert BackupCode.objects.count() == 9
        assert not devices.check(user, papers.identity, papers.backup_codes[0])

    def test_new_backup_codes_end_the_old(self):
        user = make_user()
        papers = identities.enrol(user)
        new = devices.renew_backup_codes(user, papers.identity)
        assert not devices.check(user, papers.identity, papers.backup_codes[3])
        assert BackupCode.objects.count() == len(new) == 10

    def test_somebody_elses_seed_in_the_row_is_noticed(self):
        user, other = make_user(), make_user("dee")
        identity, others = identities.enrol(user).identity, identities.enrol(other).identity
        planted = SealedTotp.objects.get(user=other).sealed_seed
        SealedTotp.objects.filter(user=user).update(sealed_seed=planted)
        assert not devices.check(user, identity, code_now(other, others))

    def test_the_seed_is_not_stored(self):
        user = make_user()
        identity = identities.enrol(user).identity
        sealed = bytes(SealedTotp.objects.get(user=user).sealed_seed)
        assert otp.open_seed(sealed, user.id, identity.otp_key) not in sealed


@given(st.binary(min_size=0, max_size=200))
def test_no_bytes_open(blob):
    user = User(id=uuid4(), identity_by_code=blob, public_key=bytes(1248))
    with pytest.raises(Tampered):
        identities.open_by_code(user, to_code(bytes(16)))


RENEWING = [identities.reseal, identities.renew_code, identities.replace_after_loss]


@pytest.mark.parametrize("renewing", RENEWING)
def test_what_somebody_else_changed_meanwhile_stays(renewing):
    user = make_user()
    papers = identities.enrol(user)
    User.objects.filter(pk=user.pk).update(pin=b"newer", email="new@clinic.example")
    renewing(user, papers.identity)
    row = fresh(user)
    assert (row.is_active, bytes(row.pin), row.email) == (True, b"newer", "new@clinic.example")


@pytest.mark.parametrize("renewing", RENEWING)
def test_an_account_that_was_closed_meanwhile_gets_no_new_keys(renewing):
    user = make_user()
    papers = identities.enrol(user)
    User.objects.filter(pk=user.pk).update(is_active=False, identity_sealed=b"", identity_by_code=b"")
    with pytest.raises(Tampered):
        renewing(user, papers.identity)
    row = fresh(user)
    assert (row.is_active, bytes(row.identity_sealed), bytes(row.identity_by_code)) == (False, b"", b"")
