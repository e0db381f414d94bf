from django.apps import AppConfig


class UvisaConfig(AppConfig):
    name = "uvisa"

    def ready(self) -> None:
        from clinic.cases import lists, promises, sections

        from . import listing, on_case
        from . import promises as own_promises

        sections.register("uvisa", on_case.section)
        lists.register("uvisa", listing.entries_of)
        promises.register("uvisa", own_promises.stay_inside, passed_on=own_promises.pass_on)
