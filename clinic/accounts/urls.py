from django.urls import path

from .views import codes, entrance, joining, mine, people

app_name = "accounts"
urlpatterns = [
    path("sign-in/", entrance.sign_in, name="sign_in"),
    path("sign-out/", entrance.sign_out, name="sign_out"),
    path("lock/", entrance.lock, name="lock"),
    path("promise/", entrance.promise, name="promise"),
    path("join/", joining.join, name="join"),
    path("join/first-sign-in/", joining.first_sign_in, name="first_sign_in"),
    path("lost/", joining.lost, name="lost"),
    path("waiting/", joining.waiting, name="waiting"),
    path("me/", mine.me, name="me"),
    path("me/end-session/", mine.end_session, name="end_session"),
    path("me/passphrase/", mine.passphrase, name="passphrase"),
    path("me/recovery-code/", mine.recovery_code, name="recovery_code"),
    path("me/backup-codes/", mine.backup_codes, name="backup_codes"),
    path("me/new-phone/", mine.second_factor_start, name="second_factor_start"),
    path("me/new-phone/confirm/", mine.second_factor_confirm, name="second_factor"),
    path("people/", people.people, name="people"),
    path("people/complete/", people.complete, name="complete"),
    path("people/clinic-codes/", codes.clinic_codes, name="clinic_codes"),
    path("people/clinic-codes/new/", codes.new_clinic_codes, name="new_clinic_codes"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<uuid:user_id>/", people.person, name="person"),
    path("people/<uuid:user_id>/invite-again/", people.invite_again, name="invite_again"),
    path("people/<uuid:user_id>/withdraw/", people.withdraw, name="withdraw"),
    path("people/<uuid:user_id>/end-sessions/", people.end_sessions, name="end_sessions"),
    path("people/<uuid:user_id>/role/", people.change_role, name="change_role"),
    path("people/<uuid:user_id>/join-team/<uuid:team_id>/", people.join_team, name="join_team"),
    path("people/<uuid:user_id>/leave-team/<uuid:team_id>/", people.leave_team, name="leave_team"),
    path("people/<uuid:user_id>/leave-clinic/", people.leave_clinic, name="leave_clinic"),
]
