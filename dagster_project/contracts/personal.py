"""Recognition of persons' data in headings, in names of files and in texts of own registers.

Belongs here: what a person's data looks like. Does not: the rules of a single feed, which its contract has.
"""

import difflib
import re
from collections.abc import Iterable

# Headings of columns that identify a person. A feed with personal data may not land them.
PERSONAL_HEADINGS = re.compile(
    r"(^|_|\W)(text|text_extra|user|e?mail|phone|telefoon(nummer)?|reporter|reporter_id|bsn|(voor|achter)?naam|notes?"
    r"|notities|toelichting|address|address_text|address_street|address_number|address_postalcode|adres"
    r"|extra_properties)$",
    re.IGNORECASE,
)
# Headings of the numbers of persons and their cases: such a number leads back to a person in the own systems.
NUMBER_HEADINGS = re.compile(
    r"\w*(zaak|dossier|melding|signal|beschikking|toewijzing|aanvraag|cli[eë]nt|klant|personeel|medewerker|burgerservice"
    r"|persoon|relatie|lid|pati[eë]nt|leerling)s?[ _-]?(nummer|nr\.?|id|identificatie|kenmerk|sleutel|code)"
    r"|(a|bsn|sofi)-?nummer",
    re.IGNORECASE,
)
# A citizen service number (with or without separators, or its leading zero), a telephone or account number, an e-mail
# address. Read alike by Python and DuckDB.
PERSONAL_TEXT = r"[0-9](?:[ .]?[0-9]){8,}|(?:^|[^0-9A-Za-z])[0-9]{8}(?:$|[^0-9A-Za-z])|[^\s@]+@[^\s@]+\.[A-Za-z]+"
# Initials or a form of address, with the surname after them.
PERSON = re.compile(
    r"\b(?:[A-Z]\.)+[ _]?(?:(?:van|de|den|der|te|ten|ter)[ _])*[A-Z][a-z]+"
    r"|(?<![^\W_])(?:dhr|de heer|mevrouw|mevr|mw)[ ._-]+[^\W\d_]+(?:[ ._-]+[^\W\d_]+)?",
)
DAY = re.compile(r"(?<!\d)(20\d{6}|[0-3]\d[01]\d20\d{2}|20\d{2}-[01]\d-[0-3]\d)(?!\d)")
HIDDEN = "…"


def masked(text: str) -> str:
    """The text without what looks like persons' data; days in it stay."""
    days = DAY.findall(text)
    parts = DAY.split(text)[::2]
    bare = [PERSON.sub(HIDDEN, re.sub(PERSONAL_TEXT, HIDDEN, part)) for part in parts]
    return "".join(part + day for part, day in zip(bare, [*days, ""], strict=True))


def recognised(headings: Iterable[str], known: Iterable[str]) -> list[str]:
    """Headings that are near a known one or a common word for persons' data, and the number of others.

    A file without headings, or with a column per person, has persons' data where headings should be.
    """
    names, others = {name.casefold() for name in known}, 0
    shown = []
    for heading in headings:
        is_near = difflib.get_close_matches(heading.casefold(), names, n=1)
        if masked(heading) == heading and (is_near or PERSONAL_HEADINGS.match(heading)):
            shown.append(heading)
        else:
            others += 1
    return [*shown, f"{others} more"] if others else shown
