"""Make the result of the model of an interphase from plain numbers."""

from collections.abc import Mapping, Sequence

from liponflow.analysis.interphase.mixing import Mixing, share_needed
from liponflow.analysis.interphase.result import (
    InterphaseResult,
    LayerResistance,
    NeededShare,
    StackSummary,
)
from liponflow.analysis.interphase.stack import (
    CM_PER_NM,
    MixedLayer,
    area_resistance,
    leakage_current,
    potential_profile,
)
from liponflow.analysis.result import Provenance


def summarise_interphase(
    layers: Sequence[MixedLayer],
    electrolyte: MixedLayer,
    *,
    ionic: Mapping[str, float],
    electronic: Mapping[str, float],
    conductor: str,
    voltage: float,
    stable_from: float,
    allowed_resistance: float | None,
    provenance: Provenance,
) -> InterphaseResult:
    """Return resistance, leakage and potentials of stacked layers, and the shares they need.

    Parameters
    ----------
    layers
        Layers from the Li metal on.
    electrolyte
        The electrolyte behind them.
    ionic, electronic
        Conductivity of every phase, S/cm.
    conductor
        Phase whose needed share is solved for; in a layer with a better ionic conductor, that.
    voltage, stable_from
        Potential of the electrode, and the lowest at which the electrolyte is stable, V against
        Li.
    allowed_resistance
        Largest resistance of the interphase (Ω cm²); None for that of the electrolyte. Each layer
        may have the part of it that it has of the thickness.
    provenance
        Provenance of the result.

    Raises
    ------
    MixtureError
        If shares or conductivities are not a mixture.
    """
    thickness = sum(layer.thickness for layer in layers)
    own = area_resistance(electrolyte, ionic, Mixing.SERIES)
    allowed = own if allowed_resistance is None else allowed_resistance
    names = [f"{number}: {_phases(layer)}" for number, layer in enumerate(layers, start=1)]
    stacks: list[StackSummary] = []
    rows: list[LayerResistance] = []
    for mixing in Mixing:
        everything = [*layers, electrolyte]
        ions = [area_resistance(layer, ionic, mixing) for layer in everything]
        electrons = [area_resistance(layer, electronic, mixing) for layer in everything]
        potentials = potential_profile(ions, electrons, voltage)
        stacks.append(
            StackSummary(
                mixing=mixing.value,
                ionic=sum(ions[:-1]),
                ratio=sum(ions[:-1]) / allowed,
                electronic=sum(electrons[:-1]),
                leakage=leakage_current(electrons, voltage),
                potential=potentials[-2],
                shields=potentials[-2] >= stable_from,
            )
        )
        rows += [
            LayerResistance(
                layer=name,
                thickness=layer.thickness,
                mixing=mixing.value,
                ionic=resistance,
                electronic=blocking,
                potential=end,
            )
            for name, layer, resistance, blocking, end in zip(
                names, layers, ions[:-1], electrons[:-1], potentials[1:-1], strict=True
            )
        ]
    target = thickness * CM_PER_NM / allowed
    needed = [
        needed_share(name, layer, mixing, conductor=conductor, conductivities=ionic, target=target)
        for name, layer in zip(names, layers, strict=True)
        for mixing in Mixing
    ]
    return InterphaseResult(
        formula=max(electrolyte.shares, key=lambda name: electrolyte.shares[name]),
        converged=True,
        criterion="a formula",
        provenance=provenance,
        thickness=thickness,
        electrolyte_resistance=own,
        electrolyte_thickness=electrolyte.thickness,
        allowed_resistance=allowed,
        voltage=voltage,
        stable_from=stable_from,
        stacks=stacks,
        layers=rows,
        needed=needed,
        warnings=_warnings(stacks, stable_from),
    )


def needed_share(
    name: str,
    layer: MixedLayer,
    mixing: Mixing,
    *,
    conductor: str,
    conductivities: Mapping[str, float],
    target: float,
) -> NeededShare:
    """Return the share of the conductor with which a layer conducts as well as it must.

    Parameters
    ----------
    name
        Name of the layer.
    layer
        The layer. The other phases keep their proportions.
    mixing
        Arrangement of the phases.
    conductor
        Phase to solve for, also where the layer has none of it; a phase of the layer that conducts
        better, such as the metal, takes its place.
    conductivities
        Ionic conductivity of every phase, S/cm.
    target
        Conductivity that the layer must have, S/cm.
    """
    others = {phase: share for phase, share in layer.shares.items() if share > 0}
    chosen = max([conductor, *others], key=conductivities.__getitem__)
    others.pop(chosen, None)
    total = sum(others.values())
    share: float | None = None
    if conductivities[chosen] >= target:
        parts = {phase: part / total for phase, part in others.items()}
        share = share_needed(chosen, parts, conductivities, target, mixing) if parts else 1.0
    return NeededShare(
        layer=name,
        conductor=chosen,
        mixing=mixing.value,
        share=share,
        rest=None if share is None else 1 - share,
    )


def _warnings(stacks: Sequence[StackSummary], stable_from: float) -> list[str]:
    found = []
    over = [stack.mixing for stack in stacks if stack.ratio > 1]
    if over:
        found.append(
            f"the interphase resists more than it may with the arrangements {', '.join(over)}, "
            "which contradicts a cell that works: a better conductor has to percolate, see needed"
        )
    highest = max(stack.potential for stack in stacks)
    if highest < stable_from:
        found.append(
            f"no arrangement shields the electrolyte: it begins at {highest:.2g} V or less, and "
            f"is stable from {stable_from:g} V on; with these conductivities, kinetics protects it"
        )
    return found


def _phases(layer: MixedLayer) -> str:
    return " + ".join(phase for phase, share in layer.shares.items() if share > 0)
