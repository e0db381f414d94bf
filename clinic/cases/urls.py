from django.urls import path

from .views import case, lists, papers, wall

app_name = "cases"

urlpatterns = [
    path("", lists.caseload, name="caseload"),
    path("search/", lists.search, name="search"),
    path("<uuid:case_id>/", case.case, name="case"),
    path("<uuid:case_id>/edit/", case.edit, name="edit"),
    path("<uuid:case_id>/next/", case.next_step, name="next_step"),
    path("<uuid:case_id>/wall/", wall.wall, name="wall"),
    path("<uuid:case_id>/notes/", papers.add_note, name="add_note"),
    path("<uuid:case_id>/documents/", papers.add_document, name="add_document"),
    path("<uuid:case_id>/documents/<uuid:document_id>/", papers.document, name="document"),
]
