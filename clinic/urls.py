from django.urls import include, path

handler500 = "clinic.accounts.views.broken.broken"

urlpatterns = [
    path("", include("clinic.desk.urls")),
    path("", include("clinic.accounts.urls")),
    path("cases/", include("clinic.cases.urls")),
    path("intake/", include("intake.urls")),
    path("referrals/", include("referrals.urls")),
    path("certification/", include("uvisa.urls")),
    path("directory/", include("clinic.directory.urls")),
    path("record/", include("clinic.audit.urls")),
]
