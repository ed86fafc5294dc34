"""Clocks, killed jobs, other users, odd names of folders: committed files stay, what is asked for is done."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clones import clone, command, copy_workflow, planned, snakemake, tiny

from sobolev_diffusion import files

TABLE, FIGURE = "results/tables/timing_pendulum.md", "results/figures/task_pendulum.pdf"
WANTED = ("--cores", "2", TABLE, FIGURE)


@pytest.fixture(scope="module")
def two_drawn(tmp_path_factory):
    folder = clone(tmp_path_factory.mktemp("two"))
    status, output = snakemake(folder, *WANTED)
    assert status == 0, output
    return folder


@pytest.fixture
def folder(two_drawn, tmp_path):
    return shutil.copytree(two_drawn, tmp_path / "clone", symlinks=True)


def everything(folder):
    """Path -> content of every file but Snakemake's own."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] != ".snakemake"
    }


def drawn(folder):
    """Path -> content of what is kept in git."""
    sections = ("results/figures", "results/tables")
    return {path: each for path, each in everything(folder).items() if str(path.parent) in sections}


def edit(folder):
    """Looks and captions, so that all is drawn again."""
    path = folder / "config/drawings.yaml"
    path.write_text(path.read_text().replace("caption: >-\n      ", "caption: >-\n      Edited. "))
    with (folder / "config/plotting.yaml").open("a") as file:
        file.write("# edited\n")


def test_files_from_the_future_fail_no_job(folder):
    edit(folder)
    future = time.time() + 7200
    for path in folder.rglob("*"):
        os.utime(path, (future, future))
    status, output = snakemake(folder, *WANTED)
    assert status == 0, output
    assert "Edited." in (folder / TABLE).read_text()
    assert "Nothing to be done" in snakemake(folder, "-n", *WANTED)[1]


def test_a_clock_that_is_ahead_of_the_files_fails_no_job(folder):
    edit(folder)
    ahead = "import time\nnow = time.time\ntime.time = lambda: now() + 3\n"
    (folder / "sitecustomize.py").write_text(ahead)
    run = subprocess.run(
        command(*WANTED),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Edited." in (folder / TABLE).read_text()


def test_a_drawing_that_fails_or_is_killed_takes_nothing_away(folder):
    before = drawn(folder)
    edit(folder)
    script = folder / "workflow/scripts/draw.py"
    right = script.read_text()
    for end in ("raise RuntimeError", f"import os; os.kill(os.getpid(), {signal.SIGKILL:d})"):
        script.write_text(right.replace("\ndraw_or_exit(", f"\n{end}\ndraw_or_exit("))
        status, output = snakemake(folder, *WANTED)
        assert status != 0
        assert drawn(folder) == before, output
    script.write_text(right)
    status, output = snakemake(folder, *WANTED)
    assert status == 0, output
    assert "Edited." in (folder / TABLE).read_text()
    assert "Nothing to be done" in snakemake(folder, "-n", *WANTED)[1]


def test_looking_at_the_plan_removes_nothing_and_a_run_what_is_nobodys(folder):
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True)
    ours = folder / f"results/tables/.x.md.abc.{files._HOST}_{int(gone.stdout)}.sobolev-partial"
    foreign = [folder / "results/.video.partial", folder / "results/tables/.video.partial"]
    locks = folder / ".snakemake/locks/0.output.lock"
    locks.parent.mkdir(parents=True, exist_ok=True)
    for path in (ours, *foreign, locks):
        path.write_text("half")
    edit(folder)
    before = everything(folder)
    status, output = snakemake(folder, "-n", *WANTED)
    assert status == 0, output
    assert planned(output) == {"figure": 1, "table": 1}
    assert before.keys() <= everything(folder).keys()
    assert locks.exists()
    status, output = snakemake(folder, *WANTED)
    assert status == 0, output
    assert "An earlier run was killed; continuing it." in output
    assert not ours.exists()
    assert all(path.exists() for path in foreign)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs to give files away")
def test_files_of_another_user_are_no_reason_to_fail(folder):
    edit(folder)
    for path in folder.rglob("*"):
        os.chown(path, 12345, 12345)
    as_another = ("setpriv", "--bounding-set=-fowner")  # may write everywhere, owns nothing of it
    for arguments in (("-n", *WANTED), WANTED):
        run = subprocess.run([*as_another, *command(*arguments)], cwd=folder, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr
    assert "Edited." in (folder / TABLE).read_text()


@pytest.mark.parametrize("given", ["./results", "results/", "results//", "elsewhere/../results"])
def test_a_folder_is_the_same_however_it_is_spelt(folder, given):
    status, output = snakemake(folder, "-n", "--config", f"results={given}", "--", TABLE, FIGURE)
    assert status == 0, output
    assert "Nothing to be done" in output


def test_a_home_is_a_home(folder, tmp_path):
    target = f"{tmp_path}/new/tables/timing_pendulum.md"
    run = subprocess.run(
        command("--cores", "1", "--config", "results=~/new", "--", target),
        cwd=folder,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert Path(target).read_bytes() == (folder / TABLE).read_bytes()
    assert not (folder / "~").exists()


def test_measuring_again_draws_what_was_measured(tmp_path):
    folder = copy_workflow(tmp_path / "clone")
    target = "results/tiny/tables/timing_pendulum.csv"
    wanted = ("--configfile", "tiny.yaml", "--config", "cache=off", "--", target)
    tiny(folder)
    status, output = snakemake(folder, "--cores", "2", *wanted)
    assert status == 0, output
    table = folder / target
    before = table.read_bytes()
    status, output = snakemake(folder, "--cores", "2", "-R", "timing", *wanted)
    assert status == 0, output
    assert table.read_bytes() != before
    assert "Nothing to be done" in snakemake(folder, "-n", *wanted)[1]


def test_measuring_again_what_is_frozen_is_a_job(folder):
    status, output = snakemake(folder, "-n", "-R", "timing", "--", TABLE)
    assert status == 0, output
    assert planned(output) == {"timing": 1, "table": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("seeds: 1\nseeds: 2\n", "line 2: the key seeds stands there a second time"),
        (
            "a0: &a0 {b: 1}\n" + "".join(f"a{i}: &a{i} [{9 * f'*a{i - 1}, '}]\n" for i in range(1, 9)),
            "values",
        ),
    ],
    ids=["key twice", "aliases"],
)
def test_a_configuration_file_is_read_as_check_config_reads_it(folder, content, reason):
    (folder / "mine.yaml").write_text(content)
    status, output = snakemake(folder, "-n", "--configfile", "mine.yaml", "--", TABLE)
    assert status != 0
    assert "mine.yaml: cannot be read as YAML" in output
    assert reason in output
