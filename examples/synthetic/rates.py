"""Invented but plausible levels: events per 1,000 patients per year by age band, and which agent follows."""

from typing import NamedTuple

BANDS = ("0-5", "6-15", "16-17", "18-34", "35-49", "50-64", "65-74", "75-79", "80+")
# First year of age of each band, and one past the oldest age at the start.
BAND_STARTS = (0, 6, 16, 18, 35, 50, 65, 75, 80, 95)
ADULT_BAND = 3
SEXES = ("K", "M")
NINE = tuple[int, int, int, int, int, int, int, int, int]


class Stream(NamedTuple):
    """One kind of event: yearly rates per 1,000 women and men by age band, and how much the winter adds.

    `winter` is 1 for the full swing of the respiratory season, 0 for none and below 0 for more in summer.
    """

    name: str
    women: NINE
    men: NINE
    winter: float = 0.0


INFECTIONS = (
    Stream("luftveje", (300, 130, 160, 120, 140, 150, 180, 240, 280), (310, 125, 130, 90, 100, 120, 170, 235, 280), 1),
    Stream("urinveje", (30, 35, 95, 200, 170, 200, 290, 410, 570), (10, 5, 8, 15, 25, 50, 110, 180, 260), -0.1),
    Stream("hud", (42, 36, 40, 46, 52, 66, 86, 102, 122), (42, 36, 44, 46, 52, 68, 90, 102, 122), -0.3),
    Stream("andet", (185, 48, 45, 45, 48, 52, 62, 66, 72), (195, 48, 36, 34, 40, 48, 62, 66, 72), 0.6),
)
MEDICINES = (
    Stream("A02BC01", (4, 4, 10, 60, 150, 330, 520, 640, 700), (4, 4, 8, 50, 140, 300, 470, 580, 640)),
    Stream("J01XX05", (0, 0, 0, 0, 1, 4, 15, 36, 62), (0, 0, 0, 0, 0, 1, 5, 14, 28)),
    Stream("M01AE01", (10, 15, 50, 110, 170, 210, 150, 100, 70), (10, 12, 30, 70, 130, 180, 140, 95, 65)),
    Stream("M01AE02", (0, 2, 8, 20, 34, 40, 30, 18, 10), (0, 2, 5, 14, 26, 34, 28, 16, 10)),
    Stream("N02AX02", (0, 1, 6, 40, 100, 180, 220, 270, 330), (0, 1, 5, 35, 85, 150, 180, 210, 260)),
    Stream("R03AC02", (150, 110, 90, 80, 95, 140, 210, 250, 220), (190, 120, 80, 60, 70, 120, 200, 250, 240), 0.3),
)
SERVICES = (
    Stream(
        "0101",
        (3900, 1900, 2300, 3300, 3600, 4100, 5200, 6400, 6900),
        (3900, 1800, 1500, 1900, 2400, 3500, 4900, 6300, 6700),
    ),
    Stream(
        "0105", (900, 600, 1100, 2300, 2400, 2200, 1900, 1500, 900), (900, 550, 500, 1000, 1300, 1500, 1600, 1300, 800)
    ),
    Stream("0120", (5, 5, 5, 20, 70, 220, 420, 520, 480), (5, 5, 5, 15, 80, 260, 470, 540, 480)),
    Stream(
        "0201", (1500, 500, 600, 900, 1000, 1200, 1700, 2600, 3800), (1500, 450, 350, 500, 650, 950, 1500, 2300, 3300)
    ),
    Stream("7120", (380, 260, 270, 300, 320, 390, 520, 640, 690), (400, 250, 200, 200, 230, 320, 480, 630, 690), 0.7),
)

# Of the respiratory season, from January to December: the mean is 1.
SEASON = (1.55, 1.50, 1.35, 1.05, 0.85, 0.65, 0.50, 0.55, 0.75, 0.95, 1.05, 1.25)
# The whole region's antibiotic prescribing sinks by 3 % of the first month's level each year.
TREND_PER_MONTH = -0.03 / 12

INDICATIONS = ("", "andet", "bronkitis", "halsbetændelse", "hudinfektion", "lungebetændelse", "urinvejsinfektion")
MISSING_INDICATION = 0.07
# Of a respiratory infection: bronchitis, sore throat, pneumonia; children below 16 and everyone else.
RESPIRATORY_CHILD = (0.0, 0.0, 0.14, 0.50, 0.0, 0.36, 0.0)
RESPIRATORY_ADULT = (0.0, 0.0, 0.22, 0.30, 0.0, 0.48, 0.0)
INDICATION_OF = {"urinveje": "urinvejsinfektion", "hud": "hudinfektion", "andet": "andet"}

# DDD of one item in tenths: a fixed course or pack for each code.
FIRST_DDD_TENTHS = {
    "A02BC01": 1000,
    "J01AA02": 80,
    "J01CA04": 67,
    "J01CA08": 50,
    "J01CE02": 70,
    "J01CF01": 105,
    "J01CR02": 83,
    "J01DB01": 75,
    "J01EA01": 63,
    "J01FA01": 75,
    "J01FA09": 72,
    "J01FA10": 45,
    "J01MA02": 55,
    "J01XE01": 56,
    "J01XX05": 500,
    "M01AE01": 333,
    "M01AE02": 250,
    "N02AX02": 167,
    "R03AC02": 500,
}
FIRST_ATC = tuple(sorted(FIRST_DDD_TENTHS))
BROAD = ("J01CR02", "J01DB01", "J01FA01", "J01FA09", "J01FA10", "J01MA02")
# Indication -> weights of the agents; the first agent is the first choice.
AGENTS = {
    "andet": {"J01CE02": 44, "J01CA04": 25, "J01CR02": 10, "J01AA02": 9, "J01FA10": 6, "J01MA02": 4, "J01DB01": 2},
    "bronkitis": {"J01CE02": 44, "J01CA04": 22, "J01AA02": 9, "J01CR02": 11, "J01FA09": 8, "J01FA10": 6},
    "halsbetændelse": {"J01CE02": 83, "J01CA04": 4, "J01CR02": 1, "J01FA01": 4, "J01FA09": 4, "J01FA10": 4},
    "hudinfektion": {"J01CF01": 63, "J01CE02": 21, "J01AA02": 8, "J01CR02": 4, "J01FA10": 3, "J01DB01": 1},
    "lungebetændelse": {
        "J01CE02": 60,
        "J01CA04": 12,
        "J01CR02": 10,
        "J01AA02": 5,
        "J01FA01": 2,
        "J01FA09": 7,
        "J01FA10": 4,
    },
    "urinvejsinfektion": {
        "J01CA08": 66,
        "J01XE01": 10,
        "J01EA01": 10,
        "J01MA02": 7,
        "J01CA04": 3,
        "J01CR02": 2,
        "J01DB01": 2,
    },
}

# Sixteenths of a log-normal distribution with mean about 1 and standard deviation 0.2: how practices differ.
PRACTICE_SPREAD = (
    0.689,
    0.768,
    0.817,
    0.856,
    0.891,
    0.923,
    0.954,
    0.984,
    1.016,
    1.049,
    1.084,
    1.123,
    1.168,
    1.224,
    1.302,
    1.451,
)
# Tenths of a gamma distribution with shape 1 and mean 1: how patients differ; events of one patient repeat.
FRAILTY = (0.052, 0.163, 0.288, 0.432, 0.599, 0.801, 1.053, 1.393, 1.916, 3.303)
