from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clinic.audit"

    def ready(self) -> None:
        from clinic.accounts import record, rotation

        from . import actions, rewrap

        record.register(actions.record_for_accounts)
        rotation.register("clinic.audit", rewrap.rotate)
