"""Invented names and numbers of clusters and practices; no person, place or real practice is meant."""

REGION_CODE = "9001"
REGION_NAME = "Region Eksempel"

# (code, name, practices that belong to it at the start or when they open)
CLUSTERS = (
    ("K01", "Åbakke-klyngen", 14),
    ("K02", "Søndermose-klyngen", 10),
    ("K03", "Ørnehøj-klyngen", 9),
    ("K04", "Birkesø-klyngen", 8),
    ("K05", "Vesterenge-klyngen", 8),
    ("K06", "Kløverdal-klyngen", 8),
    ("K07", "Egelund-klyngen", 7),
)

_KINDS = ("Lægerne", "Lægehuset", "Lægepraksis", "Lægeklinikken", "Familielægerne", "Lægefællesskabet")
_STEMS = ("Mølle", "Å", "Kirke", "Skov", "Bøge", "Sø", "Enge", "Ærte")
_ENDINGS = ("vej", "bakken", "lunden", "dalen", "højen", "gården", "stræde", "toften")


def practice_name(index: int) -> str:
    """The invented name of the practice with this number in the row of practices; 64 of them differ."""
    stem = index % 8
    return f"{_KINDS[index * 5 % 6]} {_STEMS[stem]}{_ENDINGS[(index // 8 + stem) % 8]}"


def practice_number(cluster: int, place: int) -> str:
    """Six digits that begin with 000, so that they can be neither a date of birth nor a whole number unharmed."""
    return f"{100 * (cluster + 1) + 7 * place + 3:06d}"
