from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self) -> None:
        from clinic.accounts import leaving
        from clinic.cases import promises, sections

        from . import history, leavers

        sections.register("referrals", history.section)
        leaving.register("referrals", leavers.say_goodbye)
        promises.register("referrals", leavers.stay_inside)
