"""The clinic's own URLs, and the one page that the bench compares with."""

from django.urls import include, path

from .plain import plain_caseload

urlpatterns = [
    path("bench/plain-caseload/", plain_caseload, name="plain_caseload"),
    path("", include("clinic.urls")),
]
