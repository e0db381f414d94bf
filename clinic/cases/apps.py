from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "clinic.cases"

    def ready(self) -> None:
        from clinic.accounts import chores, leaving, recovery, rotation

        from . import access, files, leavers, lists

        rotation.register("cases.access", access.rewrap_team)
        rotation.register("cases.lists", lists.reseal)
        leaving.register("cases.access", leavers.say_goodbye)
        recovery.register("cases.access", leavers.readmit)
        chores.register("ended access", access.expire)
        chores.register("abandoned files", files.sweep)
