import numpy as np
import pytest
import systems


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def arm():
    return systems.arm()


@pytest.fixture(scope="session")
def body():
    return systems.floating_body()
