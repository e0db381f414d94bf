"""What `manage.py doctor` and the coordinators' page look at, room by room."""


def register() -> None:
    from django.utils.translation import gettext_lazy as _

    from clinic.audit.checkup import Check
    from clinic.audit.checkup import register as add

    from . import cases, files, lists, marks, people, record, records, rows, teams

    whose = _("Whether each person’s keys open what is wrapped for them: only their own sign-in shows it.")
    add("people", Check(_("People"), people.keyless, whose, people.keyed))
    believed = _("Whether the roster vouches for each team’s keys, and whether they open.")
    add("teams", Check(_("Teams"), teams.keyless, believed, teams.keyed))
    add("rows", Check(_("Rows that give nothing"), rows.keyless))
    opens = _("Whether each wrapped case key opens, and is the key that the case commits to.")
    add("cases", Check(_("Cases: who can open them"), cases.keyless, opens, cases.keyed))
    given = _("Whether somebody with the case’s key gave each access: its mark shows it.")
    add("marks", Check(_("Cases: who gave access"), marks.keyless, given, marks.keyed))
    stands = _("Whether what stands in each case opens, or is damaged.")
    add("records", Check(_("Cases: what stands in them"), None, stands, records.keyed))
    add("lists", Check(_("Lists and search"), None, _("Whether each team’s sealed lists open."), lists.keyed))
    told = _("Whether each event opens, and whether its writer signed it.")
    add("record", Check(_("The record"), record.keyless, told, record.keyed))
    whole = _("Whether each file is whole: that is seen whenever one is opened.")
    add("files", Check(_("Sealed files"), files.keyless, whole))
