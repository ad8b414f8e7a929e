from collections.abc import Callable

import pytest
from spinel_runs import relaxation
from vasp_files import Run


@pytest.fixture
def make_relaxation() -> Callable[..., Run]:
    return relaxation
