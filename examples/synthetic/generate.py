"""Write the region's extracts and the true figures beside them."""

from pathlib import Path

from examples.synthetic.autumn import autumn
from examples.synthetic.counted import counts_of_patients
from examples.synthetic.deliver import write_list_sizes, write_prescriptions, write_services
from examples.synthetic.deliver_besides import write_autumn, write_dose_dispensing, write_municipal
from examples.synthetic.deliver_counts import write_answers, write_looked, write_ordered, write_own_counts
from examples.synthetic.deliveries import write_deliveries, write_deliveries_besides
from examples.synthetic.ears import ear_contacts
from examples.synthetic.region import Practice, build_practices
from examples.synthetic.registry import write_registry
from examples.synthetic.simulate import Simulation, simulate
from examples.synthetic.staff import survey
from examples.synthetic.true_besides import measures_besides
from examples.synthetic.true_tables import Tables
from examples.synthetic.truth import write_effects, write_events, write_figures, write_region
from examples.synthetic.truth_of_measures import care_plans_came, true_measures, write_lessons, write_measures

SEED = 20260101


def generate(inbox: Path, truth: Path, seed: int = SEED) -> None:
    """Write every file of the region; the same seed gives the same bytes on every machine."""
    inbox.mkdir(parents=True, exist_ok=True)
    truth.mkdir(parents=True, exist_ok=True)
    practices = build_practices(seed)
    happened = simulate(practices, seed)
    write_registry(inbox, practices)
    write_prescriptions(inbox, practices, happened.prescriptions)
    write_services(inbox, practices, happened.services, seed)
    write_list_sizes(inbox, practices, happened.listed)
    write_figures(truth, practices, happened)
    write_effects(truth, practices)
    write_events(truth)
    write_deliveries(truth)
    write_region(truth, seed)
    _for_packages(inbox, truth, practices, happened, seed)


def _for_packages(inbox: Path, truth: Path, practices: tuple[Practice, ...], happened: Simulation, seed: int) -> None:
    """What only packages ask for: counted patients, care plans, answers and own counts; and the truth of them."""
    counts = counts_of_patients(practices, happened, seed)
    ears, answered = ear_contacts(practices, happened.scenes, seed), survey(practices, seed)
    write_ordered(inbox, practices, counts)
    write_looked(inbox, practices, counts)
    write_answers(inbox, practices, answered)
    write_own_counts(inbox, practices, ears, answered)
    tables = Tables.of(practices, happened)
    found = autumn(practices, tables.patients(), seed)
    write_dose_dispensing(inbox, practices, counts)
    write_municipal(inbox, practices, found)
    write_autumn(inbox, practices, found)
    besides = measures_besides(tables, counts, care_plans_came(tables), found)
    write_measures(truth, tables, [*true_measures(tables, counts, ears, answered), *besides])
    write_lessons(truth)
    write_deliveries_besides(truth)
