"""The chain holds, and every event can still be read by those it is for."""

from collections.abc import Iterator

from django.db.models import Exists, F, Min, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.accounts.models import Organisation, Purpose, Team
from clinic.audit import chain, reading
from clinic.audit.checkup import Finding, fault, fine, not_seen
from clinic.audit.models import AuditEvent, AuditKeyWrap
from clinic.audit.rules import Fault, Head, What
from clinic.vault.errors import Locked
from clinic.vault.keyring import Keyring

from .shapes import is_wrap, some

LOOKED_AT = 500


def keyless(organisation: Organisation) -> Iterator[Finding]:
    broken = [fault(words(one)) for one in chain.verify(organisation)]
    found = [*broken, *_unreadable(organisation), *_behind(organisation), *_forms(organisation)]
    yield from found
    if not found:
        yield fine(_("The chain holds: %(head)s") % {"head": chain.head_text(organisation)})


def against(organisation: Organisation, printed: Head) -> Iterator[Finding]:
    """Whether the record is the one that a printed line is of."""
    odd = [
        one for one in chain.verify(organisation, printed=printed) if one.what in {What.REWRITTEN, What.OLDER}
    ]
    yield from (fault(words(one)) for one in odd)
    if not odd:
        yield fine(_("The printed line fits the record."))


def words(one: Fault) -> str:
    told = {
        What.MISSING: _("Events are missing from number %(number)d on."),
        What.ALTERED: _("Event %(number)d is not what was written."),
        What.END: _("The end was cut off or added to at number %(number)d."),
        What.REWRITTEN: _("Event %(number)d does not fit the printed line."),
        What.OLDER: _("The printed line is newer: the record ends at number %(number)d."),
    }
    return told[one.what] % {"number": one.sequence}


def _unreadable(organisation: Organisation) -> Iterator[Finding]:
    """From the day there are supervising attorneys, every event is for them."""
    supervising = Team.objects.filter(organisation=organisation, purpose=Purpose.SUPERVISING).values("pk")
    theirs = AuditKeyWrap.objects.filter(event=OuterRef("pk"), holder__in=supervising)
    events = AuditEvent.objects.filter(organisation=organisation)
    first = events.filter(Exists(theirs)).aggregate(Min("sequence"))["sequence__min"] or 0
    lost = events.filter(sequence__gte=first).exclude(Exists(theirs)).values_list("sequence", flat=True)
    if lost:
        yield fault(_("Keys of events are missing: numbers %(numbers)s.") % {"numbers": some(list(lost))})


def _behind(organisation: Organisation) -> Iterator[Finding]:
    """A symmetric wrap of an earlier epoch: its key is gone."""
    epochs = dict(Team.objects.filter(organisation=organisation).values_list("pk", "current_epoch"))
    for team, epoch in epochs.items():
        rows = AuditKeyWrap.objects.filter(holder=team, delivered=False).exclude(generation=epoch)
        numbers = list(rows.values_list("event__sequence", flat=True))
        if numbers:
            yield fault(
                _("Keys of events were left behind: numbers %(numbers)s.") % {"numbers": some(numbers)}
            )


def _forms(organisation: Organisation) -> Iterator[Finding]:
    rows = AuditKeyWrap.objects.filter(event__organisation=organisation).annotate(number=F("event__sequence"))
    bad = {number for number, wrap in rows.values_list("number", "wrap").iterator() if not is_wrap(wrap)}
    if bad:
        yield fault(_("Keys of events have the wrong form: numbers %(numbers)s.") % {"numbers": some(bad)})


def keyed(ring: Keyring) -> Iterator[Finding]:
    try:
        events = reading.readable(ring)[:LOOKED_AT]
    except Locked:
        yield not_seen(_("The clinic’s record: you are neither in coordination nor a supervising attorney."))
        return
    damaged = {event.sequence for event in events if event.damaged}
    if damaged:
        yield fault(_("Events do not open: numbers %(numbers)s.") % {"numbers": some(damaged)})
    forged = {event.sequence for event in events if not event.damaged and not event.proven}
    if forged:
        yield fault(
            _("Events were not signed by their writer: numbers %(numbers)s.") % {"numbers": some(forged)}
        )
    sound = len(events) - len(damaged)
    told = ngettext("The newest %(count)d event opens.", "The newest %(count)d events open.", sound)
    yield fine(told % {"count": sound})
    yield not_seen(_("Older events, and those of cases: each case’s page opens its own."))
