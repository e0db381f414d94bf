from django.urls import path

from . import views

app_name = "intake"

urlpatterns = [
    path("waiting/", views.queue, name="queue"),
    path("call/", views.call, name="call"),
    path("call/<uuid:draft_id>/", views.draft, name="draft"),
    path("call/<uuid:draft_id>/autosave/", views.autosave, name="autosave"),
    path("call/<uuid:draft_id>/finish/", views.finish, name="finish"),
    path("call/<uuid:draft_id>/discard/", views.discard, name="discard"),
    path("logged/<uuid:case_id>/", views.logged, name="logged"),
]
