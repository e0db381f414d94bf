from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "clinic"

    def ready(self) -> None:
        from clinic import checks, doctor  # noqa: F401  (importing registers the system checks)

        doctor.register()
