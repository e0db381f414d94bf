"""The qualifying criminal activity of 8 U.S.C. 1101(a)(15)(U)(iii), in the order of the form."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Crime:
    """`inchoate`: attempt, conspiracy and solicitation name no crime of their own."""

    key: str
    label: str
    inchoate: bool = False


# Form I-918 Supplement B, Part 3 item 1: 28 crimes and 3 inchoate offenses.
QUALIFYING_CRIMES = (
    Crime("abduction", "Abduction"),
    Crime("abusive_sexual_contact", "Abusive sexual contact"),
    Crime("attempt", "Attempt to commit any of the named crimes", inchoate=True),
    Crime("hostage", "Being held hostage"),
    Crime("blackmail", "Blackmail"),
    Crime("conspiracy", "Conspiracy to commit any of the named crimes", inchoate=True),
    Crime("domestic_violence", "Domestic violence"),
    Crime("extortion", "Extortion"),
    Crime("false_imprisonment", "False imprisonment"),
    Crime("felonious_assault", "Felonious assault"),
    Crime("female_genital_mutilation", "Female genital mutilation"),
    Crime("labor_contracting_fraud", "Fraud in foreign labor contracting"),  # 18 U.S.C. 1351
    Crime("incest", "Incest"),
    Crime("involuntary_servitude", "Involuntary servitude"),
    Crime("kidnapping", "Kidnapping"),
    Crime("manslaughter", "Manslaughter"),
    Crime("murder", "Murder"),
    Crime("obstruction_of_justice", "Obstruction of justice"),
    Crime("peonage", "Peonage"),
    Crime("perjury", "Perjury"),
    Crime("prostitution", "Prostitution"),
    Crime("rape", "Rape"),
    Crime("sexual_assault", "Sexual assault"),
    Crime("sexual_exploitation", "Sexual exploitation"),
    Crime("slave_trade", "Slave trade"),
    Crime("solicitation", "Solicitation to commit any of the named crimes", inchoate=True),
    Crime("stalking", "Stalking"),
    Crime("torture", "Torture"),
    Crime("trafficking", "Trafficking"),
    Crime("unlawful_criminal_restraint", "Unlawful criminal restraint"),
    Crime("witness_tampering", "Witness tampering"),
)
# "or any similar activity": named in words, on no box of the form.
SIMILAR_ACTIVITY = "similar_activity"
BY_KEY = {crime.key: crime for crime in QUALIFYING_CRIMES}


def names_no_crime(keys: frozenset[str]) -> bool:
    """Only attempt, conspiracy or solicitation is chosen: the crime itself is still to be named."""
    chosen = keys & BY_KEY.keys()
    return bool(chosen) and SIMILAR_ACTIVITY not in keys and all(BY_KEY[k].inchoate for k in chosen)
