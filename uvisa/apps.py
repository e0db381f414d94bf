from django.apps import AppConfig


class UvisaConfig(AppConfig):
    name = "uvisa"

    def ready(self) -> None:
        from clinic.cases import sections

        from . import on_case

        sections.register("uvisa", on_case.section)
