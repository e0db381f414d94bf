"""Signing in, whole request, beside the derivation of the passphrase alone."""

import gc
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

from django.test import Client
from django.test.utils import override_settings

from clinic.accounts import identities
from clinic.accounts.models import User
from clinic.vault.passphrase import FLOOR, cost_now, generate_passphrase, master_key

from .ground import Ground
from .lines import Line, Took

ALONE, APART = 1.3, 10.0
WAYS = {"right": 302, "wrong": 200, "unknown": 200}


def lines(ground: Ground) -> Iterator[Line]:
    with _cost(ground):
        papers = ground.cast.papers["ben"]
        identities.reseal(ground.user("ben"), papers.identity, papers.passphrase)
        took = _rounds(ground)
    cost = "64 MiB, 3 passes" if ground.scale.real_cost else "at the cost of the tests"
    note = f"{took['alone'].middle(1000)[0]:.0f} ms alone, {cost}"
    times, working = took["right"].ratio(took["alone"])
    told = "signing in: of the Argon2id run alone"
    yield Line("sign-in", told, times, "×", ALONE, note=note, working=working)
    middles = {way: took[way].middle(1000) for way in WAYS}
    ratios = [took[way].ratio(took["alone"]) for way in WAYS]
    apart, working = (_apart(found) for found in zip(*ratios, strict=True))
    told = ", ".join(f"{way} {wall:.0f} ms" for way, (wall, _) in middles.items())
    yield Line(
        "sign-in", "right, wrong and unknown: how far apart", apart, "%", APART, note=told, working=working
    )


def _apart(ratios: Iterable[float]) -> float:
    """Percent between the slowest and the quickest, each as a multiple of the derivation of its own round."""
    ratios = list(ratios)
    return (max(ratios) / min(ratios) - 1) * 100


def _cost(ground: Ground) -> AbstractContextManager[object]:
    """What a clinic pays: never less than the floor."""
    if not ground.scale.real_cost:
        return nullcontext()
    memory, passes = map(max, FLOOR, cost_now())
    return override_settings(ARGON2_MEMORY_KIB=memory, ARGON2_PASSES=passes)


def _rounds(ground: Ground) -> dict[str, Took]:
    user, salt, names = ground.user("ben"), os.urandom(16), ["alone", *WAYS]
    took = {name: Took() for name in names}
    for number in range(ground.scale.entrances + 1):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            into = took[name] if number else Took()  # the first round warms up
            _alone(into, user, salt) if name == "alone" else _try(into, ground, name)
    return took


def _alone(took: Took, user: User, salt: bytes) -> None:
    passphrase = generate_passphrase()
    gc.collect()
    took.add(lambda: master_key(passphrase, user.pk, salt))


def _try(took: Took, ground: Ground, way: str) -> None:
    browser, typed = Client(), ground.answers("ben")
    if way == "wrong":
        typed["passphrase"] = generate_passphrase()
    if way == "unknown":
        typed["name"] = "nobody"
    statuses: list[int] = []
    gc.collect()
    took.add(lambda: statuses.append(browser.post("/sign-in/", typed, secure=True).status_code))
    if statuses != [WAYS[way]]:
        raise RuntimeError(f"{way}: {statuses}")
