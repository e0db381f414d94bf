from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("", views.clinic_record, name="clinic_record"),
    path("checks/", views.checks, name="checks"),
]
