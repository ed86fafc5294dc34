"""The command line: what is understood to be wrong is one line on the error stream, and status 1."""

import argparse
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sobolev_diffusion
from sobolev_diffusion.cli import RUN, main, make_parser

ROOT = Path(__file__).parents[2]


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"sobolev-diffusion {sobolev_diffusion.__version__}\n"


def test_what_nothing_tells_of_is_not_to_be_deleted(capsys):
    assert main(["show", str(ROOT / "README.md")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "README.md: nothing tells what made it; name an artefact" in said
    assert "delete" not in said


def test_results_that_are_not_there_are_not_as_they_were_computed(tmp_path):
    with pytest.raises(SystemExit, match=r"nonexistent: no such folder; name that of the results"):
        main(["verify", "--results", str(tmp_path / "nonexistent")])


def test_a_reader_that_has_read_enough_is_no_error():
    command = f"{sys.executable} -m sobolev_diffusion.cli schema | head -c 10"
    run = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_task_is_tried(tmp_path, capsys):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    path = tmp_path / "examples/cart_pole.py"
    assert main(["check-task", str(path), "--options", '{"force": 5}']) == 0
    assert capsys.readouterr().out.startswith(f"{path}: all methods do what they should")
    assert main(["check-task", str(path), "--options", '{"forse": 5}']) == 1
    assert (
        "cart_pole: options: got an unexpected keyword argument 'forse'; accepted:" in capsys.readouterr().err
    )
    text = path.read_text()
    (tmp_path / "examples/weights.py").write_text("HEAVY = 100.0\n")
    path.write_text(text.replace("import aligator\n", "import aligator\nfrom weights import HEAVY\n", 1))
    assert main(["check-task", str(path)]) == 0
    assert "it imports weights: results follow these, too" in capsys.readouterr().out


def test_every_option_has_help():
    def actions(parser):
        for action in parser._actions:
            yield parser.prog, action
            if isinstance(action, argparse._SubParsersAction):
                assert {each.dest for each in action._choices_actions if each.help} == set(action.choices)
                for command in action.choices.values():
                    yield from actions(command)

    without = [
        f"{prog} {action.dest}"
        for prog, action in actions(make_parser())
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert without == []


def test_the_help_of_run_is_ours(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["run", "--help"])
    assert ended.value.code == 0
    assert "all that follows is for Snakemake" in capsys.readouterr().out


COMMANDS = [
    (page.name, line.split("#")[0].split("&&")[0].strip())
    for page in sorted((ROOT / "docs").glob("*.md"))
    for line in page.read_text().splitlines()
    if line.startswith("    sobolev-diffusion ")
]


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_commands_of_the_pages_are_understood(page, command):
    name, *arguments = shlex.split(command)[1:]
    options = make_parser().parse_args([name, *([] if name == RUN else arguments)])
    assert options.command == name


def test_the_pages_have_commands():
    assert {"own_problem.md", "take_along.md"} <= {page for page, _ in COMMANDS}
