import numpy as np

from liponflow import __version__
from liponflow.versions import package_versions


def test_installed_versions_are_returned() -> None:
    versions = package_versions()
    assert versions["numpy"] == np.__version__
    assert versions["liponflow"] == __version__
