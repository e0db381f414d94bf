from django.apps import AppConfig


class UvisaConfig(AppConfig):
    name = "uvisa"

    def ready(self) -> None:
        from clinic.cases import lists, sections

        from . import listing, on_case

        sections.register("uvisa", on_case.section)
        lists.register("uvisa", listing.entries_of)
