"""A call as its pages send it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from intake import views
from intake.models import Draft

ENOUGH = {
    "client_given_names": "Ficta María",
    "client_family_names": "Ejemplo Prueba",
    "caller_phone": "612-555-0101",
    "page": "one",
    "rev": "1",
}
NO_WAY = ENOUGH | {"caller_phone": "", "caller_no_way_back": "on"}
NO_CALL = "There is no safe way to call back"


def start(client: Client) -> Draft:
    response = client.post(reverse("intake:call"), secure=True)
    assert response.status_code == 302
    return Draft.objects.get(pk=response["Location"].split("/")[-2])


def post(client: Client, name: str, draft: Draft, data: dict[str, Any], **headers: str):
    return client.post(reverse(f"intake:{name}", args=[draft.pk]), data, secure=True, headers=headers)


def finish_first(chi: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next request finds the draft, and only then another window logs it."""
    whole = views.find_draft

    def slowly(*args):
        found = whole(*args)
        monkeypatch.undo()
        assert post(chi, "finish", draft, ENOUGH).status_code == 302
        return found

    monkeypatch.setattr(views, "find_draft", slowly)


def get(client: Client, name: str, *args: object):
    return client.get(reverse(f"intake:{name}", args=args), secure=True)
