import copy
import hashlib
import hmac
import pickle  # noqa: TID251

import pytest

from clinic.vault import keys
from clinic.vault.errors import Tampered
from clinic.vault.keys import Identity, KeyPair, PublicIdentity, PublicKey

from .build import ANA, TEAM, make_box, make_identity, make_ring, make_team, some_bytes

SEED = bytes(range(96))
INFO = b"\0\x01\0\0\0\x04test"
SEALED_ONCE = (
    "c9beb120249c205a54186c306112cfba1c79604090fc7e17176efdfa6aa2fd2b7b86e9e3ab338565087d964a2b477cdb"
    "b20c91d8d1a1b72830081455769cc69d3b8ba8bcd582476effc7ca52dc8a0f84b8c19c3c9be15748d8a4db2ef6440233"
    "bc10816e52f052d622c7c3ef7457c65340142b846844544f21cb53d7acf62e993ec1ab5329c58c1795a9bb199d7fe29d"
    "55c485fd7f23924de680f516ab8789b9777f7f481005397f7c1789c30525e0016d1ae0d68aef1560c9e8d5f4aaf2705e"
    "38b8400b1d0bf357df0c38c5a2ad9e9a4ae813e6b15f8cb2a7ea0a7e71d267fca4898d996128085d1bd51aa646d70355"
    "84ed55d64d49971376762b52356480edd22f4cef58ce0a5d65fafb092cdc1a9eed3eff6a9846456bb53b378bb479b214"
    "eac8a7baa9231b668e28ff7822cf2ef60c839c9ce14248b6b3a89fc9a218bff9317327b5cbc459a5fc84d6fa44314f68"
    "053475e56e1b6c86a92367935cbecb4e277251c73aee1242245587b1bd6ba51d194874738a36ef0593c8cdf7bcb806b1"
    "a051643ad8bdef86a423b50efaf8c3bc57c0fdc7d4bfed74923a5bc8557f4ed8ea3186f7f40ca6f0fe1dd4d8011d338f"
    "b8b558fc9e13e387ab32cd4213e20383f7faa8edda7aa1071045f14061263c8bb0180610cce6c8964e93b6d1b568b1aa"
    "fc114bcfccec04422d239be766eaac5ed7c90ddb3490dbb83d0e422b01e28a7059e9d53bcb4c641ce62c8fbcd8fcb88c"
    "e88fa60a88cbfd9b8e5373b5d2aa6a3c719bf4afc5ac59c5d40799b6172a7c51e039c2faee4898165b2f542a192ccf36"
    "90667d622cd6f4d02dcead1cd9dbb2cd953892b2c187f1cf3f2032d27630fc57ff380203f5839461224f3f8feabbcfe2"
    "74698d01bb04059eeec8886c2da57e19c8705029d5b305723880a68d1073dcf95c63d12210dd3b9226b3d73314faa019"
    "e1c9d449eae5c77f3e031dff376520e03850b435a400e30ff95a0e5098f2153bf297057b0c62c04daf029a7ac945160b"
    "0e7803bfef887296317c76d1585bdea5b35e49c560e6d50921cdeff535c69c2d9715d578c55d2dc11fd44aa7e27276a7"
    "e98f0f0d6cf4aab91eddedd8a3e59b6239e473ff0a632084654034e908d0c77d323d7b67dd18ae4d7ddc673a4304c642"
    "dfb42582d826cc23f081585d22a84940f9b359f294683131fd75a6029c055c8ad1011ce20a816de8b4f3089bf04f860e"
    "2daa0ed0ddd3dd58014b2bd6558592250a243aea009256575cfdf08218cf47ad89ba966c89932ca69ae5db3e69ea0afc"
    "f08c600b0b7f5e236116e3928c7540c067f8c27c11e7e22e1b220185bc5b6d9c1f8ef55c8d4d13d81f36fba41df58e0f"
    "3db395466ac55683ce153465d2a40fccd8586755eb88f1b85a0cea98a0485cec722ab2f0ec909087384ff61a74ba10f5"
    "89b27a80886d7f42643d98dafc155bf0a841cdd847018b2dd7b7773f1b413bc96767de91edf2505dbb38d6a5c394011d"
    "5920d88a3cb28a614680b01b16f252eab472e0330f925456d4a5c6bf122200cec387ebf0dc604e602d71e9eb13253a66"
    "ba4d9b4107029db55531a8bb0edc651a391094faf5ee774b2013c699fa30fea229dd42f9b6a9e1df1b8e0d"
)


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


# Known answers: whoever changes one of these has made all that was ever sealed unreadable.


def test_derive_is_hkdf_expand_under_our_label():
    derived = keys.derive(bytes(range(32)), "kek")
    assert derived == hmac.digest(bytes(range(32)), b"clinic/1/kek\x01", "sha256")
    assert derived.hex() == "289dcaec44e03bdf65ab244906681c3b0dd9f97eb25fd1548599c170e5703db8"


def test_commitment_is_these_bytes():
    assert keys.commitment(bytes(range(32))).hex() == "0c20987e4580daba8592c87c2390c693"


def test_a_key_pair_has_this_public_key():
    assert len(KeyPair.from_seed(SEED).public.raw) == 1216
    assert (
        digest(KeyPair.from_seed(SEED).public.raw)
        == "d99e4496af749b54ee4a2d270c8057450624ecc5dc0866295ffc504a26134ad4"
    )
    assert (
        KeyPair(SEED).public.fingerprint.hex()
        == "e16856eaa80d6f3533e466be4aac3372645abb539c79ccd2e76e9b5163dc0ef8"
    )
    assert (
        KeyPair(SEED).derive("pin").hex()
        == "5ac75eee8fe0cf21346b96a77127a27b8b6e0bbb1ed61c7de8b31778d84969a4"
    )


def test_an_identity_has_these_keys():
    identity = Identity(bytes(range(128)))
    assert len(identity.public.raw) == 1248
    assert digest(identity.public.raw) == "9fa9faf090ebc7d1de7bc847432f33dbbc198f2d939eb293852fc2ab35d18ff9"
    assert (
        identity.public.fingerprint.hex()
        == "972d7c121c962ef9d388fffa02bb3533227ecb6eb41fb1fcf71f783d93f24679"
    )
    assert identity.own_key.hex() == "eb39e4830fa94f40c8c53c08637d49345e87d47e49dbbeea17684bb776b0e82f"
    assert identity.otp_key.hex() == "f9fe8652c7f91a42ae32a2fb3713bbdc45e0823688c9c8340be81d7908dfe3c3"
    assert (
        digest(identity.sign(b"message"))
        == "dbe1654c20e2e13e6bbf53373ebd7b896d53b99cac5316e1b7020dfff40a9dde"
    )


def test_a_team_secret_gives_these_keys():
    team = make_team()
    assert team.index_box.key.hex() == "0d4881392891e761d3d2281ecc725f64e2ad32114e65c14b36ece666a76bf752"
    assert team.roster_box.key.hex() == "f5c82719b624f05a62335d3c331f7b5833de8896ff989a72cdaad83df132160a"
    assert team.earlier_box.key.hex() == "4a41eb9bd52e027901dfb13a7f2545527587ced42c4bdb7541399542dd53540a"
    assert digest(team.seed) == "9474955304fcc1c44c85ea1ca02f02f7547c6e1caca706d8f400accf8f0f9fc5"
    assert {team.index_box.generation, team.roster_box.generation, team.earlier_box.generation} == {1}


def test_what_was_sealed_to_a_public_key_years_ago_opens():
    sealed = bytes.fromhex(SEALED_ONCE)
    assert KeyPair(SEED).decrypt(sealed, INFO) == b"sealed once"


# How they behave.


def test_an_identity_comes_back_from_its_bytes():
    identity = Identity.generate()
    again = Identity(identity.raw)
    assert again.public.raw == identity.public.raw
    assert again.own_key == identity.own_key


def test_two_identities_share_nothing():
    one, other = Identity.generate(), Identity.generate()
    assert one.own_key != other.own_key
    assert one.own_key != one.otp_key
    assert one.public.raw != other.public.raw


def test_a_public_identity_is_its_two_halves():
    identity = make_identity("ana")
    public = PublicIdentity(identity.public.raw)
    assert public.kem.raw == identity.pair.public.raw
    public.verify(identity.sign(b"message"), b"message")


def test_a_signature_of_anything_else_is_refused():
    identity, other = make_identity("ana"), make_identity("ben")
    signature = identity.sign(b"message")
    for public, sent, message in (
        (other.public, signature, b"message"),
        (identity.public, signature, b"Message"),
        (identity.public, signature[:-1], b"message"),
        (identity.public, b"", b"message"),
        (identity.public, bytes(64), b"message"),
    ):
        with pytest.raises(Tampered):
            public.verify(sent, message)


def test_an_invitation_seed_signs():
    keys.verify(keys.signing_public(bytes(32)), keys.sign(bytes(32), b"joining"), b"joining")
    with pytest.raises(Tampered):
        keys.verify(bytes(32), keys.sign(bytes(32), b"joining"), b"joining")


@pytest.mark.parametrize("length", [0, 1, 31, 95, 97, 127, 129, 1215, 1217, 1247, 1249])
def test_a_key_of_the_wrong_length_is_refused(length):
    for kind in (PublicKey, KeyPair, PublicIdentity, Identity):
        with pytest.raises(Tampered):
            kind(bytes(length))


@pytest.mark.parametrize("raw", [bytes(1216), b"\xff" * 1216, KeyPair(SEED).public.raw[:1184] + bytes(32)])
def test_a_planted_public_key_that_is_none_is_refused(raw):
    with pytest.raises(Tampered):
        PublicKey(raw).encrypt(b"secret", INFO)


def test_the_self_test_passes_here():
    keys.self_test()


def test_the_self_test_fails_where_hpke_is_broken(monkeypatch):
    monkeypatch.setattr(KeyPair, "decrypt", lambda *_: b"something else")
    with pytest.raises(Tampered):
        keys.self_test()


@pytest.mark.parametrize(
    "secret",
    [make_identity("ana"), KeyPair(SEED), make_team(), make_box(), make_ring(), make_team().kek],
    ids=lambda secret: type(secret).__name__,
)
def test_a_secret_is_neither_pickled_nor_copied_nor_printed(secret):
    assert repr(secret) == str(secret) == f"<{type(secret).__name__}>"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)


def test_keys_of_two_epochs_differ():
    one, other = make_team(), make_team(epoch=2)
    assert one.id == other.id == TEAM
    assert one.index_box.key != other.index_box.key
    assert one.pair.public.raw != other.pair.public.raw


def test_a_ring_names_no_secret():
    assert str(ANA) not in repr(make_ring())
    assert some_bytes("case 1").hex() not in repr(vars(make_ring()))
