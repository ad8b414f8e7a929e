"""VASP input sets of the lithiation campaign."""

from collections.abc import Mapping

from liponflow.inputs.lithiation import TOPIC, LithiationParameters, hubbard_values
from liponflow.inputs.presets import Cited, load_data
from liponflow.inputs.vasp.generator import CitedInputGenerator, cited_generator
from liponflow.inputs.vasp.ionic import relaxation_limits

D_SHELL = 2
"""Angular momentum of the orbitals that +U acts on."""


def relax_set(parameters: LithiationParameters) -> CitedInputGenerator:
    """Return the VASP inputs of the relaxation of cell and ions.

    Parameters
    ----------
    parameters
        Parameters of the campaign.

    Returns
    -------
    CitedInputGenerator
        atomate2's generator with the published PBE+U set.
    """
    data = load_data(TOPIC)["vasp"]
    incar = (
        data["incar"]
        | data["relax"]
        | relaxation_limits(parameters.force_limit, parameters.max_steps)
    )
    incar |= data["magnetic"] | _magmoms(parameters) | _hubbard(parameters)
    return cited_generator(incar, data["kpoints"], data["potcar"])


def static_set(parameters: LithiationParameters) -> CitedInputGenerator:
    """Return the VASP inputs of the static calculation; see :func:`relax_set`."""
    data = load_data(TOPIC)["vasp"]
    incar = data["incar"] | data["static"]
    incar |= data["magnetic"] | _magmoms(parameters) | _hubbard(parameters)
    return cited_generator(incar, data["kpoints"], data["potcar"])


def alkali_metal_set(parameters: LithiationParameters) -> CitedInputGenerator:
    """Return the VASP inputs of the metal reference: the relaxation without +U and moments."""
    data = load_data(TOPIC)
    vasp, metal = data["vasp"], data["alkali_metal"]
    incar = (
        vasp["incar"]
        | vasp["relax"]
        | relaxation_limits(parameters.force_limit, parameters.max_steps)
        | metal["incar"]
    )
    return cited_generator(incar, metal["kpoints"], vasp["potcar"])


def _magmoms(parameters: LithiationParameters) -> dict[str, Cited]:
    source = "parameter magmoms, one value per site in the order of POSCAR"
    return {"MAGMOM": Cited(value=dict(parameters.magmoms), source=source)}


def _hubbard(parameters: LithiationParameters) -> dict[str, Cited]:
    source = "parameter hubbard_u"
    if isinstance(parameters.hubbard_u, str):
        source += f"; {load_data(TOPIC)['hubbard_u'][parameters.hubbard_u]['source']}"
    return hubbard(hubbard_values(parameters), source)


def hubbard(by_element: Mapping[str, float], source: str) -> dict[str, Cited]:
    """Return the INCAR values of +U.

    Parameters
    ----------
    by_element
        U_eff, eV.
    source
        Where it is from.
    """
    corrected = {symbol: u for symbol, u in by_element.items() if u}
    return {
        "LDAUU": Cited(value=corrected, source=source),
        "LDAUJ": Cited(value=dict.fromkeys(corrected, 0.0), source="U - J is all that enters"),
        "LDAUL": Cited(value=dict.fromkeys(corrected, D_SHELL), source="d electrons"),
    }
