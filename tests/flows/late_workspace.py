"""A cluster of twelve practices of which four have delivered, in a region with two whole clusters beside it."""

from __future__ import annotations

from pathlib import Path

from small_workspace import SETTINGS, bring_in, delivered, extract, prescribed, registered
from whole_package import TEXTS

from flows.ingesting import prepare
from flows.settings import Workspace, load_workspace

CLUSTERS = {
    cluster: tuple(f"{at:02d}" * 3 for at in range(12 * place + 1, 12 * place + 13))
    for place, cluster in enumerate(("K1", "K2", "K3"))
}
MEMBERS = CLUSTERS["K1"]
CAME = ("010101", "040404", "080808", "111111")
LATE = tuple(practice for practice in MEMBERS if practice not in CAME)
MONTHS = ("2024-10", "2024-11", "2024-12")
PACK = "K1_smaa_baseline_2025-03-01"
PLANS = (
    SETTINGS
    + """
[letters]
seed = 7
[[packs]]
package = "smaa"
clusters = ["K1"]
kind = "baseline"
meeting = 2025-03-01
baseline_from = 2024-10-01
"""
)
DEFINITION = """\
id = "smaa"
version = "0.1"
status = "draft"
owner = "Kvalitetsenheden"
author = "Kvalitetsenheden"
review_due = 2027-11-01
title = { da = "Smerter", en = "Pain" }
focus = { da = "Hvad vælger vi?", en = "What do we choose?" }
population = { da = "Alle tilmeldte.", en = "All listed." }
sources = ["list_sizes", "prescriptions", "care_plans"]

[windows]
months = 3
followup_why = { da = "Samme sæson.", en = "The same season." }

[[measures]]
id = "items_per_1000"
kind = "rate"
numerator = { source = "prescriptions", quantity = "items", codes = ["J01"] }
denominator = { source = "list_sizes", quantity = "patients" }
title = { da = "Antibiotika", en = "Antibiotics" }
definition = { da = "Recepter pr. 1.000 tilmeldte.", en = "Items per 1,000 listed." }
unit = { da = "pr. 1.000", en = "per 1,000" }
events = { da = "recepter", en = "items" }

[[measures]]
id = "plan_share"
kind = "proportion"
denominator = { source = "list_sizes", quantity = "patients" }
per = 100
title = { da = "Forløbsplan", en = "Care plan" }
definition = { da = "Andel af tilmeldte.", en = "Share of those listed." }
unit = { da = "%", en = "%" }
events = { da = "patienter", en = "patients" }

[measures.numerator]
source = "care_plans"
quantity = "patients"
conditions = ["copd"]
groups = ["with_care_plan"]
window_months = 3

[[measures]]
id = "first_choice_share"
kind = "proportion"
numerator = { source = "prescriptions", quantity = "items", codes = ["J01CE"] }
denominator = { source = "prescriptions", quantity = "items", codes = ["J01"] }
per = 100
title = { da = "Penicillin", en = "Penicillin" }
definition = { da = "Andel af recepterne.", en = "Share of the items." }
unit = { da = "%", en = "%" }
events = { da = "recepter", en = "items" }

[[questions]]
da = "Hvornår vælger I hvad?"
en = "When do you choose which?"
"""


def place(practice: str) -> int:
    """1 for the first practice of the region, 36 for the last."""
    return int(practice[:2])


def listed(practice: str) -> int:
    """Patients on its list, the same each month."""
    return 1500 + 110 * (place(practice) * 7 % 12)


def items(practice: str, month: str, code: str) -> int:
    """Items of one month: of penicillin about as many as of the others."""
    return 20 + (place(practice) * 5 + int(month[-2:]) * 3) % 17 + (6 if code == "J01CE02" else 0)


def with_plan(practice: str) -> int:
    """Patients with a care plan at the end."""
    return round(listed(practice) * (0.22 + place(practice) % 9 / 60))


def prescriptions(*practices: str) -> bytes:
    """One extract of the window."""
    codes = ("J01CE02", "J01CA04")
    return extract(
        "prescriptions",
        *(
            prescribed(Ydernummer=each, Måned=month, ATC=code, Recepter=str(items(each, month, code)))
            for each in practices
            for month in MONTHS
            for code in codes
        ),
    )


def care_plans(*practices: str) -> bytes:
    """One extract of the window, counted at its end."""
    head = "Ydernummer;Måned;Opgjort over;Sygdom;Patientgruppe;Køn;Aldersgruppe;Patienter;Ud af"
    rows = (f"{each};2024-12;3;KOL;har forløbsplan;;;{with_plan(each)};{listed(each)}" for each in practices)
    return "".join(f"{row}\n" for row in (head, *rows)).encode()


def write(folder: Path) -> dict[str, Path]:
    """Every extract in `folder`: the late practices' beside the others'."""
    others = [practice for cluster in ("K2", "K3") for practice in CLUSTERS[cluster]]
    everyone = [*MEMBERS, *others]
    lists = [f"{each};{month};K;0-5;{listed(each)}" for each in everyone for month in MONTHS]
    names = [registered(each, cluster) for cluster, practices in CLUSTERS.items() for each in practices]
    contents = {
        "registry": ("register_2025-01-01.csv", extract("registry", *names)),
        "list_sizes": ("tilmeldte_2024K4.csv", extract("list_sizes", *lists)),
        "prescriptions": ("recepter_2024K4.csv", prescriptions(*CAME, *others)),
        "care_plans": ("forloebsplaner_2024-12.csv", care_plans(*CAME, *others)),
        "late_prescriptions": ("recepter_2024K4_sent.csv", prescriptions(*LATE)),
        "late_care_plans": ("forloebsplaner_2024-12_sent.csv", care_plans(*LATE)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    found = {source: folder / name for source, (name, _) in contents.items()}
    for source, (_, content) in contents.items():
        found[source].write_bytes(content)
    return found


def make(root: Path, *sources: str) -> Workspace:
    """A workspace with its package, and the extracts of `write` that are named brought in, in that order."""
    root.mkdir(parents=True)
    (root / "klyngeflow.toml").write_text(PLANS, encoding="utf-8")
    folder = root / "klyngepakker" / "smaa"
    folder.mkdir(parents=True)
    (folder / "package.toml").write_text(DEFINITION, encoding="utf-8")
    for name in ("fact_sheet.md", "reflection.md"):
        (folder / name).write_text(TEXTS[name].replace("[^raad_2023]", ""), encoding="utf-8")
    workspace = load_workspace(root)
    prepare(workspace)
    files = write(root.parent / "files")
    for source in sources:
        path = delivered(workspace, files[source].name, files[source].read_bytes())
        assert bring_in(workspace, source.removeprefix("late_"), path).state == "accepted", source
    return load_workspace(root)
