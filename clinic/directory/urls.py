from django.urls import path

from clinic.directory import views

app_name = "directory"
urlpatterns = [
    path("agencies/", views.agencies, name="agencies"),
    path("agencies/<uuid:agency_id>/", views.edit_agency, name="edit_agency"),
    path("letterhead/", views.letterhead, name="letterhead"),
    path("rules/<uuid:rule_id>/confirm/", views.confirm_rule, name="confirm_rule"),
    path("rules/<uuid:rule_id>/take-back/", views.take_back_confirmation, name="take_back_confirmation"),
]
