from django.urls import path

from . import views

app_name = "uvisa"
ONE = "<uuid:case_id>/<uuid:request_id>/"

urlpatterns = [
    path("", views.board, name="board"),
    path("<uuid:case_id>/new/", views.new, name="new"),
    path(ONE, views.request, name="request"),
    path(f"{ONE}edit/", views.edit, name="edit"),
    path(f"{ONE}ready/", views.ready, name="ready"),
    path(f"{ONE}approve/", views.approve, name="approve"),
    path(f"{ONE}send-back/", views.send_back, name="send_back"),
    path(f"{ONE}packet/", views.packet, name="packet"),
    path(f"{ONE}sent/", views.sent, name="sent"),
    path(f"{ONE}received/", views.received, name="received"),
    path(f"{ONE}days/", views.days, name="days"),
    path(f"{ONE}answer/", views.answer, name="answer"),
    path(f"{ONE}take-back/", views.take_back, name="take_back"),
    path(f"{ONE}withdraw/", views.withdraw, name="withdraw"),
]
