"""A request to an agency to certify a victim's helpfulness (Form I-918 Supplement B)."""

from clinic.cases.models import CaseRow
from clinic.vault import sealed

from .rules import Status


class CertificationRequest(CaseRow):
    TABLE = "uvisa.request"

    agency = sealed.Text()
    agency_name = sealed.Text()
    status = sealed.Choice(Status, Status.DRAFT)

    crimes = sealed.List()
    similar = sealed.Text()
    crime_dates = sealed.Text()
    crime_place = sealed.Text()
    case_number = sealed.Text()
    how_helped = sealed.Text()
    account = sealed.Text()
    injury = sealed.Text()
    statutes = sealed.Text()
    sex = sealed.Text()  # a key of uvisa.supplement_b.SEXES, or "": left open

    removal_proceedings = sealed.Flag()
    family_removal = sealed.Flag()  # None: to be asked later
    detained = sealed.Flag()
    proof_of_proceedings = sealed.Flag()
    expedite_asked = sealed.Flag()
    full_draft = sealed.Flag()
    enclosures = sealed.List()
    owner = sealed.Text()
    owner_name = sealed.Text()

    drafted_on = sealed.Date()
    returned_why = sealed.Text()
    approved_on = sealed.Date()
    approved_by_name = sealed.Text()
    approved_digest = sealed.Text()  # of what was approved for print: uvisa.packet.digest
    signer = sealed.Text()
    checked = sealed.List()  # stamps of unconfirmed rules that the approving attorney looked up
    warned = sealed.List()  # the agency's ties to immigration enforcement that were weighed
    sent_on = sealed.Date()
    sent_how = sealed.Text()
    rules = sealed.List()  # those it started under: uvisa.started
    holidays = sealed.List()
    received_on = sealed.Date()
    received_how = sealed.Text()
    answered_on = sealed.Date()
    answer = sealed.Text()
    history = sealed.List()
    nudges = sealed.List()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
