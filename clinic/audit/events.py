"""Everything that is put on record. A value, once released, never changes: it stands in sealed events."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    # People and keys
    CLINIC_FOUNDED = "clinic_founded", _("Set up the clinic")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    SESSION_ENDED = "session_ended", _("Ended a session")
    PERSON_INVITED = "person_invited", _("Invited somebody")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("Withdrew an invitation")
    PERSON_JOINED = "person_joined", _("Gave a newcomer their first keys")
    PERSON_LEFT = "person_left", _("Ended an account")
    PERSON_READMITTED = "person_readmitted", _("Came back with two printed codes")
    ROLE_CHANGED = "role_changed", _("Changed a role")
    PASSPHRASE_CHANGED = "passphrase_changed", _("Changed their passphrase")
    RECOVERY_CODE_RENEWED = "recovery_code_renewed", _("Made a new recovery code for themselves")
    BACKUP_CODES_RENEWED = "backup_codes_renewed", _("Made new backup codes for themselves")
    SECOND_FACTOR_RENEWED = "second_factor_renewed", _("Set up their one-time codes anew")
    TEAM_CREATED = "team_created", _("Made a team")
    TEAM_MEMBER_ADDED = "team_member_added", _("Added somebody to a team")
    TEAM_MEMBER_REMOVED = "team_member_removed", _("Removed somebody from a team")
    TEAM_REKEYED = "team_rekeyed", _("Changed a team’s keys")
    CLINIC_CODES_RENEWED = "clinic_codes_renewed", _("Printed the clinic’s three codes anew")
    RECOVERED = "recovered", _("Recovered a case with two printed codes")

    # Cases
    CASE_CREATED = "case_created", _("Opened a new case")
    CASE_OPENED = "case_opened", _("Opened the case")
    CASE_EDITED = "case_edited", _("Changed the case")
    CASE_CLOSED = "case_closed", _("Closed the case")
    NOTE_ADDED = "note_added", _("Added a note")
    NOTES_READ = "notes_read", _("Read the notes")
    DOCUMENT_ADDED = "document_added", _("Added a document")
    DOCUMENT_READ = "document_read", _("Read a document")
    DOCUMENT_REMOVED = "document_removed", _("Removed a document")
    MESSAGE_LEFT = "message_left", _("Left a message for those who hold the case")
    DRAFT_SAVED = "draft_saved", _("Started to write")
    DRAFT_DISCARDED = "draft_discarded", _("Threw away what was written")

    # Who may open a case
    GIVEN = "given", _("Gave the case to somebody")
    LENT = "lent", _("Let somebody help with the case")
    SEEN = "seen", _("Confirmed having got the case")
    OFFERED = "offered", _("Offered the case")
    OFFER_OPENED = "offer_opened", _("Read the names in an offer")
    ACCEPTED = "accepted", _("Accepted the case")
    DECLINED = "declined", _("Declined the case")
    OFFER_WITHDRAWN = "offer_withdrawn", _("Withdrew an offer")
    HANDED_OVER = "handed_over", _("Handed the case over")
    REVOKED = "revoked", _("Took the case away from somebody")
    WALLED = "walled", _("Put a wall around the case")
    KEYS_RENEWED = "keys_renewed", _("Changed the keys of the case")

    # Looking
    SEARCHED = "searched", _("Searched")
    LIST_VIEWED = "list_viewed", _("Looked at a list")
    RECORD_VIEWED = "record_viewed", _("Looked at the record")
    CHECKED = "checked", _("Checked the keys")

    # Certification
    REQUEST_DRAFTED = "request_drafted", _("Started a certification request")
    REQUEST_EDITED = "request_edited", _("Changed a certification request")
    REQUEST_READY = "request_ready", _("Gave a certification request to a supervising attorney")
    REQUEST_APPROVED = "request_approved", _("Approved a certification request")
    REQUEST_RETURNED = "request_returned", _("Sent a certification request back for changes")
    PACKET_PRINTED = "packet_printed", _("Printed a request packet")
    REQUEST_SENT = "request_sent", _("Sent a certification request")
    REQUEST_RECEIVED = "request_received", _("Recorded that the agency got the request")
    REQUEST_ANSWERED = "request_answered", _("Recorded the agency’s answer")
    ANSWER_TAKEN_BACK = "answer_taken_back", _("Took back the agency’s answer")
    REQUEST_WITHDRAWN = "request_withdrawn", _("Withdrew a certification request")

    # Public facts
    RULE_CONFIRMED = "rule_confirmed", _("Confirmed a legal rule")
    CONFIRMATION_TAKEN_BACK = "confirmation_taken_back", _("Took back the confirmation of a legal rule")
    FACT_CHANGED = "fact_changed", _("Changed a public fact")
