from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "clinic.cases"

    def ready(self) -> None:
        from clinic.accounts import arrival, chores, clinic_codes, leaving, recovery, rotation
        from clinic.audit import wraps

        from . import access, arriving, files, generations, leavers, lists, moving

        rotation.register("cases.access", moving.rewrap_team)
        rotation.register("cases.lists", lists.reseal)
        leaving.register("cases.access", leavers.say_goodbye, left_alone=leavers.left_alone)
        recovery.register("cases.access", leavers.readmit)
        wraps.register("cases.access", generations.held_generation)
        clinic_codes.register("cases.access", moving.rewrap_walled)
        chores.register("ended access", access.expire)
        chores.register("abandoned files", files.sweep)
        arrival.register("cases.access", arriving.settle_own)
        arrival.register("cases.lists", lists.fold_own)
