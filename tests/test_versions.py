import numpy as np

from liponflow import __version__
from liponflow.versions import package_versions


def test_versions_are_those_installed() -> None:
    versions = package_versions()
    assert versions["numpy"] == np.__version__
    assert versions["liponflow"] == __version__
