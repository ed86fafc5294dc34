"""Settings are read whole, or the file is refused at once with the line."""

import pytest

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.experiment.yaml_file import read_yaml

ALIASES = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
ALIASES += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]  # 10^12 values


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("\n".join(ALIASES), "line 6: more than 200000 values"),
        ("a: &a {b: *a}", "line 1: what an alias stands for holds itself"),
        ("a: " + 100_000 * "[" + 100_000 * "]", "line 1: more than 40 levels"),
        ("a: {b: 1,\n  b: 2}", "line 2: the key b stands there a second time"),
        ("- 1\n- 2", "expected sections by name, found a list"),
        ("a: é".encode("latin-1"), "cannot be read as YAML"),
        ("a: [1", "cannot be read as YAML"),
        ("a: !!python/object/apply:os.system [ls]", "cannot be read as YAML"),
    ],
)
def test_what_is_lost_or_grows_is_refused(tmp_path, content, reason):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError) as error:
        read_yaml(path)
    assert str(error.value).startswith(f"{path}: ")
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_aliases_and_merged_keys_are_read(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("a: &a {b: 1, c: 2}\nd: {<<: *a, b: 3}\ne: [*a, *a]\n")
    assert read_yaml(path) == {
        "a": {"b": 1, "c": 2},
        "d": {"b": 3, "c": 2},
        "e": 2 * [{"b": 1, "c": 2}],
    }
    path.write_text("")
    assert read_yaml(path) == {}
