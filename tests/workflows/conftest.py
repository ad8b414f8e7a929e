"""What tests of several workflows share: the stand-in with a potential that takes no time."""

import shlex
import sys
from pathlib import Path

import pytest

_SUPPORT = Path(__file__).parent / "standin" / "support"
sys.path.insert(0, str(_SUPPORT))  # pytest's importlib mode does not find modules beside the tests


@pytest.fixture(scope="session")
def cheap_vasp() -> str:
    """Give the command of the stand-in with a pair potential for Li; it calls itself chgnet."""
    return shlex.join([sys.executable, str(_SUPPORT / "cheap_vasp.py")])
