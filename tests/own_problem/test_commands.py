"""From a file to a report by commands, stopped on the way, and what is wrong in one line."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from browser import needs_browser, used

from sobolev_diffusion.cli import main
from sobolev_diffusion.config import TaskConfig
from sobolev_diffusion.tasks.instances import TRAINING, instance
from sobolev_diffusion.tasks.registry import make_task

BLOCK = Path(__file__).with_name("block.py")
COMMAND = [sys.executable, "-m", "sobolev_diffusion.cli"]
FIT = ["fit", "block.py", "--out", "block.warm", "--quick", "--solves", "10", "--workers", "2"]


PHASES = (
    "comparing 13 settings of the solver on 3 instances from the task's own guess",
    "solving 10 training instances",
    "comparing 15 settings of the solver from 3 guesses",
    "solving 10 training instances again",
    "learning from",  # trains, and rates on held-out instances
    "comparing 5 trainings",
    "comparing where to start from",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Fitted by the command; stopped by Ctrl-C in each of its phases, and given again."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copy(BLOCK, folder)
    for phase in PHASES:
        rest = stopped_in(phase, folder)
        assert rest.splitlines()[-1] == "stopped; the same command goes on from what is in block.warm.fitting"
        assert "Traceback" not in rest
        assert not (folder / "block.warm").exists()
    done = subprocess.run(COMMAND + FIT, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "is it worth it? sobolev-diffusion report block.warm"
    return folder


def stopped_in(phase, folder):
    """What the command said from this phase on, when Ctrl-C came, which its workers hear, too."""
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # tests in the background ignore it
    run = subprocess.Popen(
        COMMAND + FIT,
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heard,
        start_new_session=True,
    )
    for line in run.stderr:
        if phase in line:
            os.killpg(run.pid, signal.SIGINT)
            break
    rest = run.stderr.read()
    assert run.wait() == 130, rest
    return rest


def test_what_was_stopped_gives_the_bytes_of_what_was_not(folder, tmp_path):
    shutil.copy(BLOCK, tmp_path)
    subprocess.run(COMMAND + FIT, cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / "block.warm").read_bytes() == (folder / "block.warm").read_bytes()


def test_instances_are_solved(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    out = tmp_path / "solutions.npz"
    assert main(["solve", "block.warm", "--theta", "0.5", "0", "-0.5"]) == 0
    assert main(["solve", "block.warm", "--instances", "3", "--start", "policy", "--out", str(out)]) == 0
    assert "yes" in capsys.readouterr().out
    with np.load(out) as solutions:
        assert solutions["xs"].shape == (3, 21, 2)
        assert solutions["converged"].all()


class Page(HTMLParser):
    """What a page shows, and what it would ask others for."""

    def __init__(self):
        super().__init__()
        self.text, self.asked, self.images = [], [], 0

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "href"):
                self.images += value.startswith("data:image/png;base64,")
                self.asked += [] if value.startswith("data:") else [value]

    def handle_data(self, data):
        if data.strip():
            self.text.append(data.strip())


@pytest.fixture(scope="module")
def report(folder):
    """The page, and what the command said."""
    command = [*COMMAND, "report", "block.warm", "--instances", "4"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return folder / "block.html", done.stdout


def test_a_report_says_first_whether_it_pays_and_asks_nobody(report):
    path, said = report
    first = said.splitlines()[0]
    assert first.startswith(("Yes, warm starting pays", "No, warm starting does not pay", "It is not clear"))
    text = path.read_text()
    page = Page()
    page.feed(text)
    body = page.text[page.text.index("Warm start for block") + 1 :]
    assert first in page.text
    assert page.asked == []
    assert page.images == 5
    assert {"alone", "nearest", "policy", "cheaper", "What was tried"} <= set(body)
    assert text.index(first.split(";")[0]) < text.index("<h1>")


LOOK = """
const verdict = document.getElementById("verdict").getBoundingClientRect();
const images = [...document.images], tables = [...document.querySelectorAll("table")];
return {
  verdict: document.getElementById("verdict").innerText,
  above: verdict.height > 0 && verdict.bottom <= document.querySelector("h1").getBoundingClientRect().top,
  drawn: images.map(image => image.complete && image.naturalWidth > 100 && image.clientWidth > 100),
  rows: tables.map(table => table.rows.length),
  wider: document.documentElement.scrollWidth > document.documentElement.clientWidth,
};
"""


@needs_browser
def test_a_browser_shows_the_report(report):
    path, said = report
    seen = used(path, LOOK)
    assert seen["verdict"] == said.splitlines()[0]
    assert seen["above"]
    assert seen["drawn"] == [True] * 5
    assert seen["rows"][:2] == [5, 4]  # of every start, and of every source
    assert seen["rows"][2] > 30
    assert not seen["wider"]


PLAY = """
const frame = document.querySelector("iframe[title=animation]"), page = frame.contentDocument;
const [button, slider, clock, canvas] = ["play", "time", "clock", "view"].map(id => page.getElementById(id));
const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));
const moved = async from => {
  for (let i = 0; i < 50 && Number(slider.value) === from; i++) await wait(100);
};
const state = () => ({
  label: button.textContent,
  clock: clock.textContent,
  frame: Number(slider.value),
  picture: canvas.toDataURL(),
});
frame.scrollIntoView();  // what is not in view does not move
const states = [state()];
await moved(states[0].frame);
states.push(state());
button.click();
await wait(200);
states.push(state());
await wait(400);
states.push(state());
slider.value = 15;
slider.dispatchEvent(new Event("input"));
await wait(200);
states.push(state());
button.click();
await moved(15);
await wait(100);
states.push(state());
return states;
"""


@needs_browser
def test_the_animation_on_a_report_moves_and_is_stopped_and_set(report):
    early, late, stopped, still, chosen, going = used(report[0], PLAY)
    assert early["label"] == late["label"] == going["label"] == "pause"
    assert stopped["label"] == still["label"] == chosen["label"] == "play"
    assert late["frame"] != early["frame"]
    assert stopped == still
    assert (chosen["frame"], chosen["clock"]) == (15, "1.50 s")
    assert chosen["picture"] != still["picture"]
    assert going["frame"] != 15
    assert going["picture"] != chosen["picture"]


def test_a_task_that_moved_or_changed_is_told(folder, tmp_path, capsys):
    for name in ("block.warm", "block.py"):
        shutil.copy(folder / name, tmp_path)
    warm = tmp_path / "block.warm"
    (tmp_path / "block.py").rename(tmp_path / "moved.py")
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main(["solve", str(warm)]))
    assert ended.value.code == 1
    assert "block.py, which is not there; name its file with --task FILE.py" in capsys.readouterr().err
    assert main(["solve", str(warm), "--instances", "1", "--task", str(tmp_path / "moved.py")]) == 0
    text = (tmp_path / "moved.py").read_text()
    (tmp_path / "block.py").write_text(text + "\n# edited\n")
    assert main(["solve", str(warm), "--instances", "1"]) == 0
    assert "block.py has changed since" in capsys.readouterr().err
    (tmp_path / "block.py").write_text(text.replace("10.0 * np.eye(2)", "20.0 * np.eye(2)"))
    assert main(["solve", str(warm), "--instances", "1"]) == 1
    assert "was fitted to another task, block: compared with block, that has" in capsys.readouterr().err


WRONG = {
    "no task": ("x = 1\n", "must define exactly one subclass of Task, found 0"),
    "two tasks": (
        "TEXT\nclass Other(Block):\n    pass\n",
        "must define exactly one subclass of Task, found 2",
    ),
    "import error": (
        "import nowhere\n",
        "cannot be imported: ModuleNotFoundError: No module named 'nowhere'",
    ),
    "syntax error": ("def\n", "cannot be imported: SyntaxError"),
    "no file": (None, "no Python file at"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_task_is_told_in_one_line(case, tmp_path, capsys):
    text, expected = WRONG[case]
    path = tmp_path / "mine.py"
    if text:
        path.write_text(text.replace("TEXT", BLOCK.read_text()))
    assert main(["fit", str(path), "--out", str(tmp_path / "mine.warm")]) == 1
    said = capsys.readouterr().err
    assert expected in said
    assert said.count("\n") == 1


def test_a_theta_that_is_none_is_told_in_one_line(folder):
    for numbers in (["0", "0"], ["0", "0", "nan"]):
        with pytest.raises(SystemExit, match=r"^block: theta: expected"):
            main(["solve", str(folder / "block.warm"), "--theta", *numbers])


def test_a_problem_without_a_solution_is_told_in_one_line(tmp_path):
    path, out = tmp_path / "block.py", str(tmp_path / "block.warm")
    lines = BLOCK.read_text().replace("return aligator.TrajOptProblem", "problem = aligator.TrajOptProblem")
    path.write_text(
        f"""{lines}
        out_of_reach = aligator.StateErrorResidual(self.space, 1, np.array([1e3, 0.0]))
        problem.addTerminalConstraint(out_of_reach, aligator.constraints.EqualityConstraintSet())
        return problem
"""
    )
    with pytest.raises(
        SystemExit, match=r"^block: none of 39 settings of the solver solves any of 3 instances"
    ):
        main(["fit", str(path), "--out", out, "--quick", "--workers", "2"])


def test_fewer_demonstrations_than_needed_are_told_in_one_line(tmp_path):
    """A target beyond what the first instances have is out of reach."""
    path, out = tmp_path / "block.py", str(tmp_path / "block.warm")
    task = make_task("block", TaskConfig(module=str(BLOCK)))
    targets = np.array([instance(task, TRAINING, 0, number)[2] for number in range(10)])
    nearest = targets[:3].min()
    assert (targets <= nearest).sum() < 5
    lines = BLOCK.read_text().replace("return aligator.TrajOptProblem", "problem = aligator.TrajOptProblem")
    path.write_text(
        f"""{lines}
        if theta[2] > {nearest!r}:
            out_of_reach = aligator.StateErrorResidual(self.space, 1, np.array([1e3, 0.0]))
            problem.addTerminalConstraint(out_of_reach, aligator.constraints.EqualityConstraintSet())
        return problem
"""
    )
    with pytest.raises(
        SystemExit, match=r"^block: \d of 10 training instances were solved, at least 5"
    ) as ended:
        main(["fit", str(path), "--out", out, "--quick", "--solves", "10", "--workers", "2"])
    assert "\n" not in str(ended.value.code)


def test_a_full_disk_is_told_in_one_line_and_loses_nothing(tmp_path):
    """The kernel refuses to let a file grow, as on a full disk."""
    shutil.copy(BLOCK, tmp_path)

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    def fit(**how):
        return subprocess.run(COMMAND + FIT, cwd=tmp_path, capture_output=True, text=True, **how)

    run = fit(preexec_fn=limit)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == (
        "File too large: nothing is lost; make room, and give the same command again"
    )
    assert "Traceback" not in run.stderr
    assert list((tmp_path / "block.warm.fitting").glob("scan.*.json"))
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "block.warm.fitting").iterdir()}
    again = fit()
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert (tmp_path / "block.warm").exists()
