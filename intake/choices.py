"""What the boxes of a call propose; anything else may be typed."""

from typing import Any

from django.utils.translation import gettext as _

from clinic.directory.models import Agency, Facility

FEDERAL = (
    "ICE ERO (Enforcement and Removal Operations)",
    "ICE HSI (Homeland Security Investigations)",
    "CBP (Customs and Border Protection)",
)


def offered() -> dict[str, Any]:
    """Facilities that are not known to be out of use, arresting agencies, and relations."""
    arresting = Agency.objects.filter(kind=Agency.Kind.LAW_ENFORCEMENT)
    return {
        "facilities": list(Facility.objects.exclude(in_use=False).values_list("name", flat=True)),
        "agencies": [*FEDERAL, *arresting.values_list("name", flat=True)],
        "relations": relations(),
    }


def relations() -> list[str]:
    return [
        _("the detained person"),
        _("wife"),
        _("husband"),
        _("partner"),
        _("mother"),
        _("father"),
        _("sister"),
        _("brother"),
        _("daughter"),
        _("son"),
        _("friend"),
        _("employer"),
        _("neighbor"),
        _("community worker"),
    ]
