"""What is frozen is kept as it was computed, is found again, and merges."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from artefacts import by_hand
from clones import ROOT

from sobolev_diffusion.experiment import parts
from sobolev_diffusion.experiment.cache import Cache, freeze, place_of, restore
from sobolev_diffusion.experiment.parquet import read_parquet, write_parquet
from sobolev_diffusion.experiment.parts import check_part, read_stamps, rows_of, rows_path, stamps_path
from sobolev_diffusion.experiment.rows import read_rows, rows_digest
from sobolev_diffusion.experiment.stamps import check, put_stamp, read_stamp, stamp_of, write_stamp
from sobolev_diffusion.experiment.verify import verify
from sobolev_diffusion.files import BadArtefact

RESULTS, FOLDER = Path("results"), Path("results/cache")


def evaluation(number, task="arm"):
    return by_hand("evaluations", f"{task}/diff", number, task=task, method="diff", n_traj=number)


POLICY = by_hand("policies", "arm/diff", task="arm")
TIMES = by_hand("timings", "arm", task="arm")


def rows(number):
    """Of every type that artefacts have, some missing."""
    return pd.DataFrame(
        {
            "instance": range(number + 2),
            "cost": [1.5 * number, *np.full(number, np.inf), np.nan],
            "converged": [True, *(number + 1) * [False]],
            "error": ["", *number * ["NaN in the rollout"], None],
            "action_length": pd.array([None, *(number + 1) * [8]], dtype="Int64"),
        }
    )


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compute(artefact, content=None):
    """As a job does; what is no table holds bytes."""
    path = RESULTS / artefact.file
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        write_parquet(path, rows(artefact.settings.seed) if content is None else content)
    else:
        path.write_bytes(b"weights")
    write_stamp(path, path, artefact.job([]), seconds=1.0)
    return path


def frozen_files():
    return {path: path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}


def test_tables_of_a_task_are_frozen_together_without_labels_and_what_is_no_table_alone():
    artefacts = [evaluation(0), evaluation(1), evaluation(2, "leg"), POLICY]
    for artefact in artefacts:
        compute(artefact)
    absent = evaluation(7)
    made = freeze([*artefacts, absent], RESULTS, Cache(FOLDER))
    cache = Cache(FOLDER)
    assert [path.name.split(".")[0] for path in made] == [POLICY.key, "arm", "leg"]
    assert len(frozen_files()) == 6
    assert cache.place(absent) is None
    assert cache.place(POLICY).read_bytes() == b"weights"
    for artefact in artefacts[:-1]:
        part = cache.place(artefact)
        pd.testing.assert_frame_equal(
            rows_of(part, artefact.key), rows(artefact.settings.seed), check_exact=True
        )
        stamp = stamp_of(part, artefact.key)
        assert stamp["settings"] == artefact.settings.identity()
        assert stamp["labels"] == artefact.labels
        assert stamp["sha256"] == read_stamp(RESULTS / artefact.file)["sha256"]
    assert cache.place(artefacts[0]) == cache.place(artefacts[1]) != cache.place(artefacts[2])
    assert cache.find(evaluation(1).key) == cache.place(evaluation(1))
    assert cache.find(POLICY.key) == cache.place(POLICY)
    assert cache.find(absent.key) is None
    keys = [key for key, stamp in read_stamps(made[1]).items() for _ in range(stamp["count"])]
    assert list(read_parquet(made[1])["key"]) == keys


def test_labels_that_were_stored_with_the_rows_are_left_out():
    one = evaluation(0)
    compute(one, rows(0).assign(**one.labels))
    freeze([one], RESULTS, Cache(FOLDER))
    pd.testing.assert_frame_equal(rows_of(Cache(FOLDER).place(one), one.key), rows(0))


def test_what_is_frozen_stays_and_what_comes_later_is_another_part():
    compute(evaluation(0))
    first = freeze([evaluation(0)], RESULTS, Cache(FOLDER))
    before = frozen_files()
    assert freeze([evaluation(0)], RESULTS, Cache(FOLDER)) == []
    compute(evaluation(1))
    second = freeze([evaluation(0), evaluation(1)], RESULTS, Cache(FOLDER))
    assert len(second) == 1
    assert second != first
    assert before.items() < frozen_files().items()
    assert list(read_stamps(second[0])) == [evaluation(1).key]


def test_columns_that_came_to_be_of_another_type_are_frozen_as_they_are():
    as_text = rows(1).assign(instance=["a", "b", "c"])
    compute(evaluation(0))
    compute(evaluation(1), as_text)
    assert len(freeze([evaluation(0), evaluation(1)], RESULTS, Cache(FOLDER))) == 2
    place = Cache(FOLDER).place(evaluation(1))
    pd.testing.assert_frame_equal(rows_of(place, evaluation(1).key), as_text)


def test_times_that_were_measured_here_count_before_frozen_ones_and_the_later_of_two_frozen_ones():
    for artefact in (evaluation(0), TIMES):
        path = compute(artefact)
        assert place_of(artefact, RESULTS, Cache(FOLDER)) == path
        freeze([artefact], RESULTS, Cache(FOLDER))
        cache = Cache(FOLDER)
        assert place_of(artefact, RESULTS, None) == path
        assert place_of(artefact, Path("elsewhere"), cache) == cache.place(artefact)
    cache = Cache(FOLDER)
    assert place_of(evaluation(0), RESULTS, cache) == cache.place(evaluation(0))
    assert place_of(TIMES, RESULTS, cache) == RESULTS / TIMES.file
    assert freeze([TIMES], RESULTS, cache) == []
    for year in (2001, 2999):
        again = compute(TIMES, rows(0).assign(cost=float(year)))
        put_stamp(again, {**read_stamp(again), "finished": f"{year}-01-01T00:00:00+00:00"})
        assert len(freeze([TIMES], RESULTS, Cache(FOLDER))) == 1
    assert set(rows_of(Cache(FOLDER).place(TIMES), TIMES.key).cost) == {2999.0}


def test_restored_rows_and_files_are_artefacts_again():
    for artefact in (evaluation(1), POLICY):
        path = compute(artefact)
        freeze([artefact], RESULTS, Cache(FOLDER))
        stamp, content = read_stamp(path), path.read_bytes()
        target = Path("elsewhere") / artefact.file
        restore(Cache(FOLDER).place(artefact), artefact.key, target)
        again = check(target, artefact.key)
        assert {**again, "rows": None} == {**stamp, "sha256": again["sha256"], "rows": None}
        if target.suffix == ".parquet":
            pd.testing.assert_frame_equal(read_parquet(target), read_parquet(path))
            assert rows_digest(read_rows(target)) == again["rows"]
        else:
            assert target.read_bytes() == content
    assert verify(Path("elsewhere"), FOLDER).faults == []


def test_freeze_and_restore_refuse_an_altered_file():
    for artefact in (evaluation(0), POLICY):
        path = compute(artefact)
        freeze([artefact], RESULTS, Cache(FOLDER))
        frozen = Cache(FOLDER).place(artefact)
        for each in (frozen, path):
            each.write_bytes(b"other")
        with pytest.raises(BadArtefact, match="was altered"):
            freeze([artefact], RESULTS, Cache(Path("another")))
        target = Path("elsewhere") / artefact.file
        with pytest.raises(BadArtefact, match="was altered"):
            restore(frozen, artefact.key, target)
        assert not target.exists()


def frozen_part():
    compute(evaluation(0))
    (part,) = freeze([evaluation(0)], RESULTS, Cache(FOLDER))
    return part


def rows_altered(part):
    part.write_bytes(part.read_bytes()[:-8])


def rows_of_another_part(part):
    compute(evaluation(1))
    (other,) = freeze([evaluation(1)], RESULTS, Cache(FOLDER))
    shutil.copy(other, part)


def rows_gone(part):
    part.unlink()


def stamps_gone(part):
    stamps_path(part).unlink()


def stamps_cut_short(part):
    stamps_path(part).write_bytes(stamps_path(part).read_bytes()[:50])


def stamp_names_a_module(part):
    stamps = stamps_path(part)
    stamps.write_text(stamps.read_text().replace('"settings": {', '"settings": {"module": "evil.py", '))


def number_edited(part):
    stamps = stamps_path(part)
    stamps.write_text(stamps.read_text().replace('"seconds": 1.0', '"seconds": 2.0'))


@pytest.mark.parametrize(
    "tamper",
    [
        rows_altered,
        rows_of_another_part,
        rows_gone,
        stamps_gone,
        stamps_cut_short,
        stamp_names_a_module,
        number_edited,
    ],
)
@pytest.mark.parametrize("ledger", [None, Path("ledger.json")])
def test_tampering_with_a_part_is_named_and_git_gives_it_back(tamper, ledger):
    part = frozen_part()
    right = frozen_files()
    assert verify(RESULTS, FOLDER, ledger).faults == []
    tamper(part)
    (fault,) = verify(RESULTS, FOLDER, ledger).faults
    assert fault.startswith(f"{part.parent}/arm.")
    assert fault.endswith(f"; git checkout -- '{str(part).removesuffix(parts.ROWS)}*'")
    for path, content in right.items():
        path.write_bytes(content)
    assert verify(RESULTS, FOLDER, ledger).faults == []


def test_a_part_whose_stamps_and_name_were_forged_is_refused():
    part = frozen_part()
    stamp_names_a_module(part)
    text = stamps_path(part).read_text()
    forged = part.with_name(f"arm.{parts._digits(text)}{parts.ROWS}")
    part.rename(forged)
    stamps_path(part).rename(stamps_path(forged))
    with pytest.raises(BadArtefact, match="has no readable stamps"):
        check_part(forged)
    (fault,) = verify(RESULTS, FOLDER).faults
    assert fault.startswith(f"{forged}: ")


@pytest.mark.parametrize("name", ["copy of {}", "{}~", "notes.txt", "0123456789abcdef.parquet"])
def test_what_was_never_frozen_is_named_with_what_removes_it(name):
    part = frozen_part()
    stray = part.with_name(name.format(part.name))
    shutil.copy(part, stray)
    (fault,) = verify(RESULTS, FOLDER).faults
    assert fault.startswith(f"{stray}: ")
    if "copy of" not in name:  # git knows that it has none, and is not here
        subprocess.run(fault.split("; ")[-1], shell=True, check=True)
        assert verify(RESULTS, FOLDER).faults == []
    assert part.exists()


def git(*arguments):
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *identity, *arguments], capture_output=True, text=True, check=True).stdout


def test_two_branches_that_each_froze_something_merge_and_hold_what_both_have():
    git("init")
    Path(".gitignore").write_text("/results/*\n!/results/cache/\n")
    compute(evaluation(0))
    freeze([evaluation(0)], RESULTS, Cache(FOLDER))
    git("add", "-A")
    git("commit", "-m", "one")
    for branch, mine in (("hers", 1), ("his", 2)):
        git("checkout", "-b", branch, "main")
        for number in (mine, 3):  # and one that both computed
            compute(evaluation(number))
        freeze([evaluation(mine), evaluation(3)], RESULTS, Cache(FOLDER))
        git("add", "-A")
        git("commit", "-m", branch)
        shutil.rmtree(RESULTS / "evaluations")
    git("merge", "--no-edit", "hers")
    verified = verify(RESULTS, FOLDER)
    assert verified.faults == []
    assert verified.checked == 5
    cache = Cache(FOLDER)
    for number in range(4):
        place = cache.place(evaluation(number))
        pd.testing.assert_frame_equal(rows_of(place, evaluation(number).key), rows(number))
    stray = cache.place(evaluation(1)).with_name("copy of arm.0123456789abcdef.part.parquet")
    shutil.copy(cache.place(evaluation(1)), stray)
    (fault,) = verify(RESULTS, FOLDER).faults
    subprocess.run(fault.split("; ")[-1], shell=True, check=True)
    assert verify(RESULTS, FOLDER).faults == []


def test_no_rows_without_stamps_at_any_moment(monkeypatch):
    moved, replace = [], Path.replace
    monkeypatch.setattr(Path, "replace", lambda path, to: (moved.append(to.name), replace(path, to)))
    part = frozen_part()
    assert moved[-2:] == [stamps_path(part).name, part.name]
    assert rows_path(stamps_path(part)) == part


@pytest.mark.parametrize(
    "other",
    [
        {"a": [1, 2], "b": ["x", None]},
        {"a": [1.0, 3.0], "b": ["x", None]},
        {"a": [1.0, None], "b": ["x", None]},
        {"a": [1.0, float("nan")], "b": ["x", None]},
        {"a": [1.0, 2.0], "b": ["x", ""]},
        {"a": [1.0, 2.0], "b": ["x", "None"]},
        {"b": ["x", None], "a": [1.0, 2.0]},
        {"a": [1.0, 2.0], "c": ["x", None]},
        {"a": [1.0], "b": ["x"]},
    ],
)
def test_other_rows_have_another_digest(other):
    same = {"a": [1.0, 2.0], "b": ["x", None]}
    assert rows_digest(pa.table(same)) == rows_digest(pa.table(same))
    assert rows_digest(pa.table(same)) != rows_digest(pa.table(other))
    pieces = pa.concat_tables([pa.table(same).slice(0, 1), pa.table(same).slice(1)])
    assert rows_digest(pieces) == rows_digest(pa.table(same))


def test_the_rows_that_are_kept_in_git_are_those_of_their_stamps():
    found = 0
    for part in sorted((ROOT / "results/cache").rglob(f"*{parts.ROWS}")):
        for key, stamp in check_part(part).items():
            assert rows_digest(parts.table_of(part, key)) == stamp["rows"], (part, key)
            found += 1
    assert found > 1000


LOOK = """
import json, sys
from pathlib import Path
from sobolev_diffusion.experiment.cache import Cache
from sobolev_diffusion.experiment.verify import verify
cache = Path(sys.argv[1])
assert Cache(cache)._parts["evaluations"]
assert verify(Path("nowhere"), cache).checked > 1000
heavy = {"pandas", "pyarrow", "numpy", "torch", "aligator"}
print(json.dumps(sorted(heavy & set(sys.modules))))
"""


def test_looking_for_what_is_frozen_and_verifying_it_loads_nothing_heavy():
    run = subprocess.run(
        [sys.executable, "-c", LOOK, ROOT / "results/cache"], capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == []
