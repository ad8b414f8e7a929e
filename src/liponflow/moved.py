"""Names that have moved: what an older run or stored output names, and where that is now.

jobflow writes job functions, Makers and classes by module and name into flows, outcomes and
outputs. Whoever moves or renames one adds a line here, and the runs that were started before the
move still continue. A test checks that each target exists, and that the names of every released
version lead somewhere.
"""

from typing import Any

PACKAGE = "liponflow."

MODULES = {
    "analysis.densities.pdos": "analysis.pdos",
    "analysis.vasp_runs": "analysis.runs",
    "inputs.vasp": "inputs.vasp.generator",
    "inputs.vasp_md": "inputs.vasp.md",
    "structures.host": "structures.lithiation.host",
    "workflows.bands.maker": "engines.potential.neb.maker",
    "workflows.chgnet_makers": "engines.potential.makers",
    "workflows.dynamics.maker": "engines.potential.md.maker",
    "workflows.dynamics.vasp": "engines.vasp.md.stages",
    "workflows.engines.force_field": "engines.potential.engine",
    "workflows.glass": "workflows.glass.flow",
    "workflows.glass_jobs": "workflows.glass.jobs",
    "workflows.glass_properties": "workflows.glass.properties",
    "workflows.glass_volume": "workflows.glass.volume",
    "workflows.lithiation": "workflows.lithiation.flow",
    "workflows.lithiation_jobs": "workflows.lithiation.jobs",
    "workflows.materials_project": "workflows.stability.materials_project",
    "workflows.migration": "workflows.migration.flow",
    "workflows.migration_jobs": "workflows.migration.jobs",
    "workflows.migration_survey": "workflows.migration.survey",
    "workflows.phases": "workflows.stability.phases",
    "workflows.phonon_jobs": "workflows.phonons.jobs",
    "workflows.potentials.chgnet": "engines.chgnet.calculator",
    "workflows.stability_jobs": "workflows.stability.jobs",
    "workflows.vasp_md": "engines.vasp.md.segments",
    "workflows.vasp_neb": "engines.vasp.neb",
    "workflows.vibration_makers": "engines.vibrations",
    "workflows.vibrations": "engines.vibrations",
}
"""Module by the name that it once had, both below the package."""

NAMES: dict[str, str] = {
    **{
        f"analysis.migration.result:{name}": f"analysis.migration.hop_documents:{name}"
        for name in ("HopBarrier", "PassedSite", "Restart", "SiteEnergy")
    },
    "analysis.migration.result:ModelSpread": "analysis.spread:EngineSpread",
    "workflows.glass.jobs:at_rest": "workflows.dynamics.jobs:at_rest",
    "workflows.migration.jobs:as_list": "workflows.migration.ladder:as_list",
    "workflows.migration.jobs:go_on": "workflows.migration.ladder:go_on",
    "workflows.migration.jobs:refine": "workflows.migration.ladder:refine",
    "workflows.migration.jobs:weigh": "workflows.migration.ladder:weigh",
    "engines.potential.engine:BalancedCellFilter": "engines.potential.makers:BalancedCellFilter",
    "engines.potential.makers:ChgnetRelaxMaker": "engines.potential.makers:PotentialMaker",
    "engines.potential.makers:ChgnetStaticMaker": "engines.potential.makers:PotentialMaker",
    "engines.vibrations:PotentialVibrationMaker": (
        "engines.potential.vibrations:PotentialVibrationMaker"
    ),
    "engines.vibrations:vibrate": "engines.potential.vibrations:vibrate",
}
"""``module:name`` of what left its module or was renamed, by its former one.

The module is the one that :data:`MODULES` leads to.
"""


def current(module: str, name: str) -> tuple[str, str]:
    """Return where something is now.

    Parameters
    ----------
    module
        Module that a document names; those of other packages stay as they are.
    name
        Class or function in it, or the dotted name of a method.

    Examples
    --------
    >>> current("liponflow.workflows.dynamics.maker", "CheckpointedMDMaker.make")
    ('liponflow.engines.potential.md.maker', 'CheckpointedMDMaker.make')
    >>> current("jobflow.core.flow", "Flow")
    ('jobflow.core.flow', 'Flow')
    """
    if not module.startswith(PACKAGE):
        return module, name
    own = module.removeprefix(PACKAGE)
    first, dot, rest = name.partition(".")
    own = MODULES.get(own, own)
    own, _, first = NAMES.get(f"{own}:{first}", f"{own}:{first}").partition(":")
    return PACKAGE + own, first + dot + rest


def with_current_names(document: Any) -> Any:
    """Copy a JSON-like document, its modules, classes and functions named as they are now.

    Examples
    --------
    >>> with_current_names([{"@module": "liponflow.analysis.vasp_runs", "@class": "MDResult"}])
    [{'@module': 'liponflow.analysis.runs', '@class': 'MDResult'}]
    """
    if isinstance(document, list | tuple):
        return [with_current_names(item) for item in document]
    if not isinstance(document, dict):
        return document
    copy = {name: with_current_names(item) for name, item in document.items()}
    for key in ("@class", "@callable"):
        if isinstance(copy.get("@module"), str) and isinstance(copy.get(key), str):
            copy["@module"], copy[key] = current(copy["@module"], copy[key])
            break
    return copy
