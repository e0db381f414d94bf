from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "intake"

    def ready(self) -> None:
        from clinic.accounts import leaving, recovery

        from . import leavers

        leaving.register("intake", leavers.say_goodbye, unfinished=leavers.unfinished)
        recovery.register("intake", leavers.readmit)
