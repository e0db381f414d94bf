"""Public facts: who may certify, by when they must answer, where people are held. No client data."""

from collections.abc import Iterable
from datetime import date
from typing import Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Confidence(models.TextChoices):
    STATUTE = "S", _("The law itself was read")
    PUBLISHED = "P", _("An agency page, a bill summary or a news page was read")
    SECOND_HAND = "G", _("Second-hand: read in other people’s public work")
    MEMORY = "M", _("From memory: must be checked")
    DEMAND = "demand", _("A demand, not law")


class Sourced(models.Model):
    """Every fact says where it comes from, how sure that is, and when somebody last checked it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    source = models.TextField(blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence)
    verified_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        abstract = True


class Jurisdiction(Sourced):
    class Kind(models.TextChoices):
        STATE = "state", _("State")
        COUNTY = "county", _("County")
        CITY = "city", _("City")

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=6, choices=Kind)
    state = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="places")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def around(self) -> tuple[UUID, ...]:
        """The place itself and its state."""
        return (self.pk, self.state_id) if self.state_id else (self.pk,)


class Agency(Sourced):
    class Kind(models.TextChoices):
        LAW_ENFORCEMENT = "law_enforcement", _("Law enforcement")
        PROSECUTOR = "prosecutor", _("Prosecutor")
        JUDGE = "judge", _("Judge or court")
        CIVIL_RIGHTS = "civil_rights", _("Civil rights agency")
        OTHER = "other", _("Other authority")

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=15, choices=Kind)
    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="agencies")
    official = models.CharField(max_length=150, blank=True)
    address = models.TextField(blank=True)
    how_to_ask = models.TextField(blank=True)
    full_draft = models.BooleanField(default=False)
    keeps_friday_after_thanksgiving = models.BooleanField(default=False)
    keeps_october_holiday = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name

    @property
    def address_lines(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.address.splitlines() if line.strip())


class ClockRule(Sourced):
    """How long an agency has to answer. Its numbers are quoted nowhere until somebody confirms them."""

    class Unit(models.TextChoices):
        CALENDAR = "calendar", _("calendar days")
        BUSINESS = "business", _("business days")

    class Start(models.TextChoices):
        REQUEST = "request", _("counted from the request")
        RECEIPT = "receipt", _("counted from receipt")

    class Trigger(models.TextChoices):
        REMOVAL = "removal", _("the victim is in removal proceedings")
        REMOVAL_OR_FAMILY = (
            "removal_family",
            _("the victim or a family member is in removal proceedings"),
        )
        REMOVAL_OR_DETAINED = (
            "removal_detained",
            _("the victim is detained or in removal proceedings"),
        )

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=150)
    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="clock_rules")
    # None: every agency there, of `agency_kind` or, where that is empty, of any kind.
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="clock_rules")
    agency_kind = models.CharField(max_length=15, choices=Agency.Kind, blank=True)
    ordinary_days = models.PositiveSmallIntegerField(null=True, blank=True)
    expedited_days = models.PositiveSmallIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=8, choices=Unit, default=Unit.CALENDAR)
    starts = models.CharField(max_length=7, choices=Start, default=Start.REQUEST)
    soft = models.BooleanField(default=False)
    target = models.BooleanField(default=False)
    must_request_expedite = models.BooleanField(default=True)
    expedite_trigger = models.CharField(max_length=16, choices=Trigger, default=Trigger.REMOVAL)
    citation = models.CharField(max_length=200)
    url_hint = models.CharField(max_length=200, blank=True)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_on=None, verified_by=None)
                | Q(verified_on__isnull=False, verified_by__isnull=False),
                name="directory_clock_rule_verified_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(ordinary_days__isnull=False) | Q(expedited_days__isnull=False),
                name="directory_clock_rule_has_days",
            ),
            models.CheckConstraint(
                condition=Q(effective_from=None)
                | Q(effective_to=None)
                | Q(effective_to__gte=models.F("effective_from")),
                name="directory_clock_rule_period",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def can_be_confirmed(self) -> bool:
        """A demand is not law, whoever confirms it."""
        return self.verified_on is None and self.confidence != Confidence.DEMAND

    @property
    def shortest(self) -> int:
        """The fewest days it may give."""
        return min(days for days in (self.ordinary_days, self.expedited_days) if days is not None)

    def is_idle_beside(self, others: Iterable["ClockRule"]) -> bool:
        """Our own target counts only where nothing binds and nothing is as early, as in uvisa.rules."""
        rules = [other for other in others if not other.target]
        return self.target and any(not one.soft or one.shortest <= self.shortest for one in rules)

    def applies_to(self, agency: Agency) -> bool:
        """The agency's own rule, or one for its kind in its city, county or state. Of any period."""
        if self.agency_id:
            return self.agency_id == agency.pk
        nearby = self.jurisdiction_id in agency.jurisdiction.around
        return nearby and self.agency_kind in ("", agency.kind)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def live(self, on: date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on)).exclude(starts_on__gt=on)


class Agreement(Sourced):
    """What ties an agency to immigration enforcement. 287(g) and detention contracts are two things."""

    class Kind(models.TextChoices):
        JEM = "287g_jem", _("287(g) Jail Enforcement Model")
        WSO = "287g_wso", _("287(g) Warrant Service Officer")
        TFM = "287g_tfm", _("287(g) Task Force Model")
        TTFM = "287g_ttfm", _("287(g) Tribal Task Force Model")
        JAIL = "287g_jail", _("287(g) in the jail, model not known")
        IGSA = "detention_igsa", _("Detention contract with ICE (IGSA)")
        USMS = "usms_rider", _("Detention under a U.S. Marshals agreement")
        BOA = "boa", _("Basic Ordering Agreement")

    class Board(models.TextChoices):
        YES = "yes", _("approved by the county board")
        NO = "no", _("not approved by the county board")
        UNKNOWN = "unknown", _("not known whether the county board approved it")

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="agreements")
    kind = models.CharField(max_length=14, choices=Kind)
    board = models.CharField(max_length=7, choices=Board, default=Board.UNKNOWN)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=200, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["kind"]
        constraints = [models.UniqueConstraint(fields=["agency", "kind"], name="directory_agreement_once")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_287g(self) -> bool:
        return self.kind.startswith("287g")


class Facility(Sourced):
    """A place where people are held by or for ICE."""

    slug = models.SlugField(unique=True)
    code = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=150)
    address = models.TextField(blank=True)
    state = models.CharField(max_length=2, blank=True)
    in_use = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "facilities"

    def __str__(self) -> str:
        return self.name


class Court(Sourced):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=150)
    address = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Letterhead(models.Model):
    """What stands on top of the clinic's letters: public facts about the clinic itself."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.OneToOneField("accounts.Organisation", models.CASCADE, related_name="letterhead")
    name = models.CharField(max_length=150)
    address = models.TextField(blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, organisation_id: UUID) -> "Letterhead":
        """A blank one where nobody wrote any yet."""
        saved = cls.objects.filter(organisation=organisation_id).first()
        return saved or cls(organisation_id=organisation_id)

    @property
    def address_lines(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.address.splitlines() if line.strip())
