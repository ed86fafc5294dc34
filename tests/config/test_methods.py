"""Settings of methods: how long an epoch is, and what keys are made of."""

import pytest
from pydantic import ValidationError

from sobolev_diffusion.config import MethodConfig, PolicyConfig, gradient_steps


@pytest.mark.parametrize(("pairs", "length", "steps"), [(10_000, 16, 10), (400, 16, 1), (10_000, 1, 157)])
def test_epochs_are_sized_as_in_the_paper(pairs, length, steps):
    assert gradient_steps(3, pairs, length, 64) == 3 * steps


def test_setting_added_later_is_part_of_keys_only_where_it_is_used():
    plain = MethodConfig()
    assert "history_noise" not in plain.identity()["training"]
    noisy = MethodConfig(training={"history_noise": 0.3})
    assert noisy.identity()["training"]["history_noise"] == 0.3
    assert MethodConfig(**plain.identity()) == plain


def test_gains_in_the_parameters_are_followed_by_what_follows_gains():
    assert "parameters" not in PolicyConfig(kind="nearest").identity()
    assert PolicyConfig(kind="nearest", parameters=True).identity()["parameters"]
    with pytest.raises(ValidationError, match=r"not a setting of direct; take sobolev\.parameters"):
        PolicyConfig(kind="direct", parameters=True)


@pytest.mark.parametrize(
    ("settings", "asks"),
    [
        ({}, False),
        ({"sobolev": {}}, False),
        ({"sobolev": {"parameters": True}}, True),
        ({"policy": {"kind": "nearest"}}, False),
        ({"policy": {"kind": "nearest", "parameters": True}}, True),
    ],
)
def test_which_methods_ask_for_gains_in_the_parameters(settings, asks):
    assert MethodConfig.model_validate(settings).parameters == asks
