from django.urls import path

from . import views

app_name = "referrals"

urlpatterns = [
    path("", views.offers, name="offers"),
    path("<uuid:case_id>/give/", views.give, name="give"),
    path("<uuid:case_id>/accept/", views.accept, name="accept"),
    path("<uuid:case_id>/decline/", views.decline, name="decline"),
    path("<uuid:case_id>/take-back/<uuid:user_id>/", views.take_back, name="take_back"),
    path("<uuid:case_id>/seen/", views.seen, name="seen"),
    path("<uuid:case_id>/offers/<uuid:referral_id>/withdraw/", views.withdraw, name="withdraw"),
]
