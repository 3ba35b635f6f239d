"""A small package with nothing to mend, in which tests plant one fault at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.linting import lint, workspace_or_none_of_ones_own
from transforms.lint import Finding

TODAY = date(2026, 6, 1)
DEFINITION = """\
id = "smerter"
version = "0.1"
status = "draft"
owner = "Kvalitetsenheden"
author = "Kvalitetsenheden"
review_due = 2027-11-01
title = { da = "Smerter", en = "Pain" }
focus = { da = "Hvad vælger vi?", en = "What do we choose?" }
population = { da = "Tilmeldte på 18 år og derover.", en = "Listed patients of 18 and over." }
sources = ["list_sizes", "prescriptions", "patient_counts"]

[windows]
months = 12
followup_why = { da = "Samme sæson.", en = "The same season." }

[[measures]]
id = "nsaid_users"
kind = "rate"
numerator = { source = "patient_counts", quantity = "patients", groups = ["nsaid_brugere"], window_months = 12 }
denominator = { source = "list_sizes", quantity = "patients" }
direction = "lower"
guidelines = ["raad_2023"]
title = { da = "NSAID", en = "NSAIDs" }
definition = { da = "Brugere pr. 1.000.", en = "Users per 1,000." }
unit = { da = "pr. 1.000", en = "per 1,000" }
events = { da = "brugere", en = "users" }
pitfalls = { da = "Håndkøb ses ikke.", en = "Over the counter is not seen." }

[[measures]]
id = "opioid_users"
kind = "rate"
numerator = { source = "patient_counts", quantity = "patients", groups = ["opioid_brugere"], window_months = 12 }
denominator = { source = "list_sizes", quantity = "patients" }
title = { da = "Opioider", en = "Opioids" }
definition = { da = "Brugere pr. 1.000.", en = "Users per 1,000." }
unit = { da = "pr. 1.000", en = "per 1,000" }
events = { da = "brugere", en = "users" }
pitfalls = { da = "Dosis ses ikke.", en = "The dose is not seen." }

[[measures]]
id = "ibuprofen_share"
kind = "proportion"
numerator = { source = "prescriptions", quantity = "items", codes = ["M01AE01"] }
denominator = { source = "prescriptions", quantity = "items", codes = ["M01A"], exclude_codes = ["M01AX05"] }
per = 100
title = { da = "Ibuprofen", en = "Ibuprofen" }
definition = { da = "Andel af recepterne.", en = "Share of the prescriptions." }
unit = { da = "%", en = "%" }
events = { da = "recepter", en = "prescriptions" }
pitfalls = { da = "Få recepter giver store udsving.", en = "Few prescriptions vary a lot." }

[[pairs]]
measures = ["nsaid_users", "opioid_users"]
title = { da = "Smertestillende", en = "Painkillers" }
why = { da = "Det ene for det andet.", en = "One for the other." }

[[questions]]
da = "Hvornår vælger I hvad?"
en = "When do you choose which?"
measures = ["nsaid_users"]

[[references]]
id = "raad_2023"
title = "Råd om smerter"
publisher = "Et selskab"
year = 2023
opened = 2026-05-01

[[agenda]]
what = { da = "Tallene", en = "The figures" }
minutes = { "40" = 40, "90" = 90, "120" = 120, virtual = 30 }

[[feedback]]
id = "fits"
text = { da = "Passede det?", en = "Did it fit?" }
answer = "yes_no"

[[changes]]
version = "0.1"
on = 2026-05-01
what = { da = "Første udgave.", en = "First version." }
"""
WORDS = "Her står der nok til, at nogen har noget at gå efter på mødet.\n"
TEXTS = {
    "plan.md": f"## Fokus\n\n{WORDS}\n## Problemet\n\n{WORDS}\n## Det vi håber på\n\n{WORDS}\n"
    f"## Hvem gør hvad hvornår\n\n{WORDS}",
    "data_guide.md": f"## Hvor tallene kommer fra\n\n{WORDS}`nsaid_brugere` og `opioid_brugere` bestilles.\n\n"
    f"## Sådan gør I\n\n{WORDS}\n## Hvad tallene ikke viser\n\n{WORDS}",
    "fact_sheet.md": f"## Det vi ved\n\n{WORDS}Det står i rådet[^raad_2023].\n\n## Anbefalinger\n\n{WORDS}"
    f"Se rådet[^raad_2023].\n\n## Hvor vejledningerne er uenige\n\n{WORDS}",
    "reflection.md": f"## Før mødet\n\n{WORDS}\n## På mødet\n\n{WORDS}",
    "coordinator.md": f"## Forberedelse\n\n{WORDS}\n## Gruppearbejde\n\n{WORDS}\n## Indvendinger\n\n{WORDS}\n"
    f"## Afslutning\n\n{WORDS}",
}


@dataclass(frozen=True)
class Fault:
    """One fault: in `file`, `old` is `new` instead; it is to be found on the line where `at` (or `new`) begins."""

    file: str
    old: str
    new: str
    at: str = ""


def write_package(root: Path, name: str = "smerter", definition: str = DEFINITION) -> Path:
    """The folder of a whole package called `name` of the workspace `root`."""
    folder = root / "klyngepakker" / name
    folder.mkdir(parents=True)
    (folder / "package.toml").write_text(definition, encoding="utf-8")
    for file, text in TEXTS.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def plant(folder: Path, fault: Fault) -> int:
    """Make the fault; the line it is to be found on."""
    path = folder / fault.file
    text = path.read_text(encoding="utf-8")
    assert fault.old in text
    changed = text.replace(fault.old, fault.new, 1)
    path.write_text(changed, encoding="utf-8")
    marker = fault.at or fault.new
    assert marker in changed
    return changed[: changed.index(marker)].count("\n") + 1


def findings(folder: Path, today: date = TODAY) -> list[Finding]:
    """What lint finds in the package, which is a workspace's own."""
    return list(lint(workspace_or_none_of_ones_own(folder.parents[1]), folder, today).findings)
