import pytest
from django.http import HttpResponse
from django.test import Client

from clinic.middleware import ClientAddressMiddleware


@pytest.fixture
def answer(db):
    return Client().get("/nothing-here/", headers={"host": "localhost"})


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Cache-Control", "no-store, private"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Robots-Tag", "noindex, nofollow"),
    ],
)
def test_it_works(answer, header, value):
    assert answer.headers[header] == value


def test_only_our_own_files_run_or_load(answer):
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("frame-ancestors") == "'none'"
    assert policy.pop("base-uri") == "'none'"
    assert set(policy) == {"script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"}
    assert set(policy.values()) == {"'self'"}


def test_no_device_feature(answer):
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "geolocation=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_address_our_own_proxies_saw(rf, settings, proxies, forwarded, seen):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", headers={"x-forwarded-for": forwarded})
    ClientAddressMiddleware(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == seen
