"""A task in a file outside the package goes through the same DAG; a mistake in it is told with its name."""

import pytest
import yaml
from clones import copy_workflow, planned, snakemake

CONFIGS = ("examples/cart_pole.yaml", "small.yaml")
SMALL = {
    "seeds": 1,
    "evaluation": {"instances": 2},
    "block_size": 2,
    "cache": "off",
    "experiments": {"cart_pole": {"n_traj": [2], "epochs": {"diffusion": [2]}, "action_lengths": [8]}},
    "figures": {"cart_pole": {"action_lengths": [8]}},
}
WEIGHTS = "[0.02, 0.02, 0.002, 0.002]"


@pytest.fixture
def folder(tmp_path):
    copy_workflow(tmp_path, extra=["examples"])
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(SMALL))
    task = tmp_path / "examples/cart_pole.py"
    text = task.read_text().replace("import aligator\n", "import aligator\nfrom weights import RUNNING\n", 1)
    task.write_text(text.replace(WEIGHTS, "RUNNING"))
    (tmp_path / "examples/weights.py").write_text(f"RUNNING = {WEIGHTS}\n")
    return tmp_path


def compute(folder, *targets):
    """Run Snakemake on the example's configuration; its exit status and everything it printed."""
    return snakemake(folder, "--cores", "2", "--configfile", *CONFIGS, "--", *targets)


def test_from_the_file_to_the_figures(folder):
    targets = [
        f"results/figures/{name}.{kind}"
        for name in ("cart_pole", "task_cart_pole")
        for kind in ("csv", "png")
    ]
    status, output = compute(folder, *targets)
    assert status == 0, output
    for target in targets:
        assert (folder / target).stat().st_size > 0
    drawn = (folder / "results/figures/cart_pole.csv").read_text()
    assert "sob_diff" in drawn
    assert "diff" in drawn
    again = ("-n", "--configfile", *CONFIGS, "--", *targets)
    assert "Nothing to be done" in snakemake(folder, *again)[1]
    weights = folder / "examples/weights.py"
    weights.write_text(weights.read_text().replace("0.02", "0.03"))
    status, output = snakemake(folder, *again)
    assert status == 0, output
    assert {"demonstrations", "policy", "evaluation"} <= planned(output).keys()


def test_mistake_ends_the_run_with_its_name(folder):
    weights = folder / "examples/weights.py"
    weights.write_text("import numpy as np\nRUNNING = [np.inf, 0.02, 0.002, 0.002]\n")
    status, output = compute(folder, "results/figures/task_cart_pole.png")
    assert status != 0
    assert "cart_pole: problem(theta): expected a finite cost of the guess" in output, output
