"""The rules that a request started under, kept sealed in it: a later change of the law does not move them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from clinic.directory.calendar import Holidays

from .rules import Level, Rule, Start, Trigger, Unit

FRIDAY, OCTOBER = "friday after thanksgiving", "october"


def kept(rules: Iterable[Rule], on: date) -> list[str]:
    """The rules in force on the day of the request, and whether they were confirmed then."""
    return [json.dumps(_plain(rule), ensure_ascii=False) for rule in rules if rule.in_force(on)]


def rules_in(lines: Iterable[str], confirmed: frozenset[str]) -> list[Rule]:
    """With what the directory says today of who has confirmed them."""
    return [replace(rule, verified=rule.stamp in confirmed) for rule in as_kept(lines)]


def as_kept(lines: Iterable[str]) -> list[Rule]:
    """With what it said on the day of the request: so the letter stands as it was sent."""
    return [_rule(json.loads(line)) for line in lines]


def kept_holidays(holidays: Holidays) -> list[str]:
    flags = {FRIDAY: holidays.friday_after_thanksgiving, OCTOBER: holidays.october}
    return [name for name, kept in flags.items() if kept]


def holidays_in(names: list[str]) -> Holidays:
    return Holidays(friday_after_thanksgiving=FRIDAY in names, october=OCTOBER in names)


def _plain(rule: Rule) -> dict[str, Any]:
    plain = asdict(rule)
    for name in ("effective_from", "effective_to"):
        plain[name] = plain[name] and plain[name].isoformat()
    return plain | {"triggers": sorted(rule.triggers), "level": int(rule.level)}


def _rule(plain: dict[str, Any]) -> Rule:
    for name in ("effective_from", "effective_to"):
        plain[name] = plain[name] and date.fromisoformat(plain[name])
    return Rule(
        **plain
        | {
            "level": Level(plain["level"]),
            "unit": Unit(plain["unit"]),
            "starts": Start(plain["starts"]),
            "triggers": frozenset(map(Trigger, plain["triggers"])),
        }
    )
