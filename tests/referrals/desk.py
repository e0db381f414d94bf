"""Giving, offering and answering, as a test says it; and who can open the case then."""

from datetime import timedelta
from uuid import UUID

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.cases import access
from clinic.cases.models import Case, Compartment
from referrals import actions
from referrals.rules import Reason
from tests.builders import Cast
from tests.cases_builders import open_case

SOON = timezone.localdate() + timedelta(days=3)


def visible(cast: Cast, name: str) -> list[UUID]:
    user = getattr(cast, name)
    with cast.acting(user):
        return [case.pk for case in Case.objects.visible_to(user, on=timezone.localdate())]


def holds(cast: Cast, case: Case, name: str) -> set[str]:
    user = getattr(cast, name)
    with cast.acting(user):
        open_case(case)
        return {str(one) for one in Compartment if access.holds(case, one)}


def answer(cast: Cast, case: Case, name: str, reason: Reason | None = None) -> None:
    user = getattr(cast, name)
    with cast.acting(user):
        if reason:
            actions.decline_offer(case=case, reason=reason, by=user, on=timezone.localdate())
        else:
            actions.accept_offer(case=case, by=user, on=timezone.localdate())


def page(client: Client, name: str, case: Case | UUID, data: dict[str, str] | None = None):
    url = reverse(f"referrals:{name}", args=[case if isinstance(case, UUID) else case.pk])
    return client.get(url, secure=True) if data is None else client.post(url, data, secure=True)


def choice(cast: Cast, case: Case, to: str, how: str = "give", **more: str) -> dict[str, str]:
    rev = str(Case.objects.get(pk=case.pk).rev)
    return {"to": str(getattr(cast, to).pk), "how": how, "rev": rev} | more
