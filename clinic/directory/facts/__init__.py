"""Public facts, typed. `manage.py load_directory` puts them into the database."""

from clinic.directory.facts.agencies import AGENCIES, JURISDICTIONS
from clinic.directory.facts.detention import AGREEMENTS, COURTS, FACILITIES
from clinic.directory.facts.minnesota_clocks import MINNESOTA_CLOCKS
from clinic.directory.facts.other_states_clocks import OTHER_STATES_CLOCKS

CLOCKS = (*MINNESOTA_CLOCKS, *OTHER_STATES_CLOCKS)

__all__ = [
    "AGENCIES",
    "AGREEMENTS",
    "CLOCKS",
    "COURTS",
    "FACILITIES",
    "JURISDICTIONS",
]
