"""A call as its pages send it."""

from django.test import Client
from django.urls import reverse

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


def post(client: Client, name: str, draft: Draft, data: dict[str, str], **headers: str):
    return client.post(reverse(f"intake:{name}", args=[draft.pk]), data, secure=True, headers=headers)


def get(client: Client, name: str, *args: object):
    return client.get(reverse(f"intake:{name}", args=args), secure=True)
