"""Versions of the installed packages."""

from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("liponflow", "atomate2", "jobflow", "pymatgen", "ase", "numpy", "torch", "chgnet")
"""Packages whose version can change a number."""


def package_versions() -> dict[str, str]:
    """Return the versions of the installed packages that can change a number.

    Examples
    --------
    >>> "numpy" in package_versions()
    True
    """
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
