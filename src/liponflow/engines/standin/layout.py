"""Layouts of the outputs: those of VASP 5.4.4 and VASP 6, where readers see a difference."""

from enum import StrEnum

from liponflow.engines.standin.errors import InputError
from liponflow.settings import VASP_LAYOUT_VARIABLE


class Layout(StrEnum):
    """Version of VASP whose files are written.

    Attributes
    ----------
    V5
        A band has one vasprun.xml, of its first image, beside the folders. In vasprun.xml,
        e_wo_entrp of an ionic step is the energy without smearing, and e_0_energy the entropy
        term. OUTCAR does not repeat the INCAR.
    V6
        Each image of a band has a vasprun.xml.

    Notes
    -----
    The differences are those between public outputs: a band of 5.4.4 among the test data of
    aiida-vasp (https://github.com/aiida-vasp/aiida-vasp), and relaxations and dynamics of 5.2.2,
    5.4.4, 6.2.0 and 6.3.2 among those of pymatgen and aiida-vasp. Of VASP 6 no band was at hand:
    its folders are those that emmet reads (https://github.com/materialsproject/emmet/pull/1123).
    """

    V5 = "5.4.4"
    V6 = "6"


DEFAULT = Layout.V6
"""The version that VASP is distributed in today."""


def parse_layout(text: str) -> Layout:
    """Parse the value of ``LIPONFLOW_VASP_LAYOUT``.

    Raises
    ------
    InputError
        If there is no such layout.

    Examples
    --------
    >>> parse_layout("5.4.4")
    <Layout.V5: '5.4.4'>
    """
    try:
        return Layout(text)
    except ValueError:
        known = ", ".join(Layout)
        raise InputError(
            f"{VASP_LAYOUT_VARIABLE} = {text}: unknown layout (known: {known})"
        ) from None
