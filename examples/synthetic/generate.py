"""Write the region's extracts and the true figures beside them."""

from pathlib import Path

from examples.synthetic.deliver import write_list_sizes, write_prescriptions, write_services
from examples.synthetic.deliveries import write_deliveries
from examples.synthetic.region import build_practices
from examples.synthetic.registry import write_registry
from examples.synthetic.simulate import simulate
from examples.synthetic.truth import write_effects, write_events, write_figures, write_region

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
