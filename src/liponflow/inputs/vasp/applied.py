"""Apply a user's options to VASP input sets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from atomate2.vasp.sets.base import VaspInputGenerator

from liponflow.inputs.presets import Cited, load_data, values
from liponflow.inputs.vasp.generator import CitedInputGenerator
from liponflow.inputs.vasp.md import SegmentSetGenerator
from liponflow.inputs.vasp.options import Kind, VaspOptions
from liponflow.inputs.vasp.sets import VaspSets

Generator = TypeVar("Generator", bound=VaspInputGenerator)

BY_THE_USER = "given by the user: --incar"
OPTIONS = "by the options of the user"

_HUBBARD = ("LDAU", "LDAUTYPE", "LDAUU", "LDAUJ", "LDAUL")
_FIRST, _META_GGA = "PBE", "PBE_54"
"""Releases of potentials: the first one lacks the kinetic energy density of a meta-GGA's core."""


def applied(generator: Generator, options: VaspOptions, kind: Kind) -> Generator:
    """Return an input set with the options of a user.

    Parameters
    ----------
    generator
        Input set.
    options
        Options.
    kind
        Kind of calculation.

    Returns
    -------
    VaspInputGenerator
        Of the same class; one with sources has those of what changed.
    """
    if options == VaspOptions():
        return generator
    config, changed, user = dict(generator.config_dict), tags(options, kind), options.tags(kind)
    config["INCAR"] = {**config["INCAR"], **values(changed)}
    for key in [key for key, value in config["INCAR"].items() if value is None]:
        del config["INCAR"][key]
    release = _release(options, config["POTCAR_FUNCTIONAL"])
    config |= _potentials(config, options, release)
    new: dict[str, Any] = {
        "config_dict": config,
        # pymatgen has copied the release of the set to here, from where it has priority.
        "user_potcar_functional": None,
        "user_incar_settings": {**generator.user_incar_settings, **user},
    }
    if isinstance(generator, CitedInputGenerator):
        sources = generator.sources | {key: entry["source"] for key, entry in changed.items()}
        sources |= dict.fromkeys(user, BY_THE_USER)
        if options.potcar or release:
            given = ", ".join([release or "", *options.potcar.values()]).strip(", ")
            sources["POTCAR"] += f"; {given}: {OPTIONS}"
        new["sources"] = sources
    found: Generator = replace(generator, **new)
    return found


def with_options(sets: VaspSets, options: VaspOptions) -> VaspSets:
    """Return the input sets of a topic with the options of a user."""
    if options == VaspOptions():
        return sets
    dynamics = SegmentSetGenerator().config_dict
    release = _release(options, dynamics["POTCAR_FUNCTIONAL"])
    return replace(
        sets,
        relax=applied(sets.relax, options, "relax"),
        static=applied(sets.static, options, "static"),
        band=None if sets.band is None else applied(sets.band, options, "band"),
        md_incar={**sets.md_incar, **dynamics_sources(options)},
        md_config={**dynamics, **_potentials(dynamics, options, release)},
        functional=_label(sets.functional, options),
    )


def dynamics_sources(options: VaspOptions) -> dict[str, Cited]:
    """Return the values that options change in the INCAR of dynamics; None removes a tag."""
    user = options.tags("md").items()
    return tags(options, "md") | {
        key: Cited(value=value, source=BY_THE_USER) for key, value in user
    }


def tags(options: VaspOptions, kind: Kind) -> dict[str, Cited]:
    """Return the tags that options other than tags ask for; the value None removes one."""
    data = load_data("functionals", "liponflow.inputs.vasp")
    functional, dispersion = options.parts
    found: dict[str, Cited] = {}
    if options.drops_u:
        source = "U is left out, as in the sets of the Materials Project for this functional"
        found |= {tag: Cited(value=None, source=source) for tag in _HUBBARD}
    if functional is not None:
        found |= data["functionals"][functional]
    if functional is not None and dispersion is not None:
        found |= data["dispersion"][dispersion][functional]
    if options.bader and kind == "static":
        found |= data["bader"]
    if options.machine_learning is not None and kind == "md":
        found |= data["machine_learning"][options.machine_learning]
    return found


def _potentials(
    config: Mapping[str, Any], options: VaspOptions, release: str | None
) -> dict[str, Any]:
    """Return the part of pymatgen's configuration that says which potentials are taken."""
    return {
        "POTCAR": {**config["POTCAR"], **options.potcar},
        "POTCAR_FUNCTIONAL": release or config["POTCAR_FUNCTIONAL"],
    }


def _release(options: VaspOptions, release: str) -> str | None:
    """Return pymatgen's name of the release that options ask for; None for that of the set."""
    if options.potcar_release is not None:
        return f"PBE_{options.potcar_release}"
    return _META_GGA if release == _FIRST and options.parts[0] == "r2SCAN" else None


def _label(before: str, options: VaspOptions) -> str:
    """Return the functional as results name it, without the values of U."""
    semilocal, *rest = before.split("+")
    functional, dispersion = options.parts
    parts = [functional or semilocal, *([dispersion] if dispersion else [])]
    return "+".join(parts + (["U"] if "U" in rest and not options.drops_u else []))
