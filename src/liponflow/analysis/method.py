"""The method of a calculation, and whether the energies of two methods compare.

A total energy depends on the functional, the potentials and U, and on how the calculation was
done. Every energy that enters a voltage, a formation energy or a hull has such a record, and
:func:`comparable` decides in one place which of them may be subtracted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from pydantic import ConfigDict, Field

from liponflow.analysis.quantity import Quantity
from liponflow.document import Document

U_TOLERANCE = 1e-3
"""Values of U or J (eV) closer than this are the same; INCARs have two to three decimals."""

FRACTION_TOLERANCE = 1e-3
"""Exact exchange (a fraction) and screening (1/Å) closer than this are the same."""

CHARGE_TOLERANCE = 1e-2
"""Charges of a cell (e) closer than this are the same; NELECT is written with few decimals."""

CUTOFF_TOLERANCE = 1.0
"""Cut-offs (eV) closer than this are the same: defaults of POTCARs are written rounded."""

KPOINT_RATIO = 3.0
"""Largest ratio of the k-point spacings of two phases without a remark.

Rounding the divisions of a mesh up can halve its spacing, and metals need a denser mesh than
insulators: the sets of the Materials Project differ by a factor of 1.5.
"""

USUAL_EXCHANGE = 0.25
"""AEXX of PBE0 and HSE, VASP's default."""

KNOWN_EXCHANGE = frozenset({"HF", "B3LYP"})
"""Functionals whose name says how much exact exchange they have."""

NOT_SELF_CONSISTENT = 10
"""From this ICHARG on, the density is kept and the energy is not a total energy (VASP wiki)."""


class Block(Document):
    """A block of atoms with one potential, as POSCAR and POTCAR list them."""

    model_config = ConfigDict(frozen=True)

    element: str = Field(description="Symbol of the element.")
    potential: str | None = Field(None, description="TITEL of its POTCAR; None if unknown.")
    u: Annotated[float, Quantity("eV")] = Field(0.0, description="LDAUU; 0 without U.")
    j: Annotated[float, Quantity("eV")] = Field(0.0, description="LDAUJ; 0 without U.")

    @property
    def effective_u(self) -> float:
        """U - J (eV), all that matters to the functional of Dudarev (LDAUTYPE = 2)."""
        return self.u - self.j


class Method(Document):
    """What the energy of a calculation depends on, beside its structure; None if unknown."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(description="Program, or potential with its weights.")
    functional: str | None = Field(
        None, description="Functional without U: PBE, PBEsol, r2SCAN, HSE06, LDA, ..."
    )
    lexch: str | None = Field(
        None, description="LEXCH of the POTCARs: PE for PBE, 91 for PW91, CA for LDA."
    )
    exact_exchange: Annotated[float | None, Quantity("")] = Field(
        None, description="AEXX, a fraction; 0 if no hybrid."
    )
    screening: Annotated[float | None, Quantity("1/Å")] = Field(
        None, description="HFSCREEN of a hybrid."
    )
    dispersion: str | None = Field(None, description="Dispersion correction, if any.")
    spin_orbit: bool | None = Field(None, description="Whether spin-orbit coupling is included.")
    hubbard_type: int | None = Field(None, description="LDAUTYPE, if an element has U.")
    blocks: list[Block] = Field(
        default_factory=list, description="Blocks in the order of the POSCAR."
    )
    cutoff: Annotated[float | None, Quantity("eV")] = Field(
        None, description="Cut-off of the plane waves."
    )
    kpoint_spacing: Annotated[float | None, Quantity("1/Å")] = Field(
        None,
        description="Largest distance of neighbouring k-points, 2π included.",
    )
    icharg: int | None = Field(None, description="ICHARG; from 10 on not self-consistent.")
    charge: Annotated[float | None, Quantity("e")] = Field(None, description="Charge of the cell.")
    settings: dict[str, str] = Field(
        default_factory=dict,
        description="Settings that agree in calculations of one host: mesh, PREC, ISMEAR, ...",
    )

    @property
    def elements(self) -> set[str]:
        """Symbols of the elements whose potentials or U are known."""
        return {block.element for block in self.blocks}

    @property
    def hubbard_u(self) -> dict[str, list[float]]:
        """The different U - J (eV) of every element that has one, ascending."""
        found: dict[str, list[float]] = {}
        for block in sorted(self.blocks, key=lambda block: (block.element, block.effective_u)):
            values = found.setdefault(block.element, [])
            if not any(abs(block.effective_u - value) < U_TOLERANCE for value in values):
                values.append(block.effective_u)
        return {element: values for element, values in found.items() if any(values)}

    @property
    def self_consistent(self) -> bool:
        """Whether the density was iterated, as far as is known."""
        return self.icharg is None or self.icharg < NOT_SELF_CONSISTENT

    @property
    def charge_remark(self) -> str | None:
        """What a charge means for the energy; None if the cell is neutral, or it is unknown.

        Examples
        --------
        >>> Method(code="vasp", charge=-1.0).charge_remark
        'the cell has a charge of -1 e, and its energy compares only with those of the same charge'
        """
        if self.charge is None or abs(self.charge) <= CHARGE_TOLERANCE:
            return None
        return (
            f"the cell has a charge of {self.charge:+.3g} e, and its energy compares only with "
            "those of the same charge"
        )

    @property
    def label(self) -> str:
        """Functional with dispersion and U in one line, and the AEXX of an unusual hybrid.

        Examples
        --------
        >>> nickel = [Block(element="Ni", u=u) for u in (3, 6.2)]
        >>> Method(code="vasp", functional="PBE", blocks=nickel).label
        'PBE+U (Ni 3, 6.2 eV)'
        >>> Method(code="vasp", functional="HSE06", exact_exchange=0.17).label
        'HSE06 (AEXX 0.17)'
        """
        name = self.functional or "functional unknown"
        if self.exact_exchange and self.functional not in KNOWN_EXCHANGE:
            usual = abs(self.exact_exchange - USUAL_EXCHANGE) <= FRACTION_TOLERANCE
            name += "" if usual else f" (AEXX {self.exact_exchange:g})"
        if self.dispersion:
            name += f"+{self.dispersion}"
        values = [
            f"{element} {', '.join(f'{u:g}' for u in found if u)}"
            for element, found in self.hubbard_u.items()
        ]
        return f"{name}+U ({', '.join(values)} eV)" if values else name


@dataclass(frozen=True)
class MethodDifference:
    """One setting in which two methods differ."""

    setting: str
    """Name of the setting, as VASP or the user calls it."""
    values: tuple[str, str]
    fundamental: bool
    """Whether it puts the energies on different scales, and is no matter of convergence."""

    def __str__(self) -> str:
        """Return the difference in words."""
        return f"{self.setting} ({self.values[0]} and {self.values[1]})"


@dataclass(frozen=True)
class Comparison:
    """Outcome of comparing two methods; true if their energies may be subtracted."""

    differences: tuple[MethodDifference, ...]

    def __bool__(self) -> bool:
        """Return whether the energies are on one scale."""
        return not any(difference.fundamental for difference in self.differences)

    @property
    def reason(self) -> str:
        """The settings that put the energies on different scales; empty if they compare."""
        return "; ".join(str(item) for item in self.differences if item.fundamental)


def comparable(
    first: Method, second: Method, *, same_host: bool = False, mixed_u: bool = False
) -> Comparison:
    """Compare the methods of two calculations.

    Parameters
    ----------
    first, second
        The methods. What one of them does not know is taken to agree.
    same_host
        Whether the two are of one host, such as a framework at two Li contents: mesh, smearing
        and precision have to be the same then.
    mixed_u
        Whether a scheme of corrections puts calculations with and without U on one scale, as that
        of the Materials Project does; only values of U above 0 are compared then.

    Returns
    -------
    Comparison
        True if the energies are on one scale. It names every difference; those of cut-off and
        k-points are beyond `CUTOFF_TOLERANCE` and `KPOINT_RATIO`, and do not make it false.

    Examples
    --------
    >>> sv, small = (Block(element="Li", potential=f"PAW_PBE {name}") for name in ("Li_sv", "Li"))
    >>> oxide = Method(code="vasp", functional="PBE", blocks=[sv], cutoff=520)
    >>> metal = Method(code="vasp", functional="PBE", blocks=[small], cutoff=520)
    >>> bool(comparable(oxide, metal))
    False
    >>> comparable(oxide, metal).reason
    'POTCAR of Li (PAW_PBE Li_sv and PAW_PBE Li)'
    """
    found = list(_fundamental(first, second))
    found += _hubbard(first, second, mixed=mixed_u)
    found += _numerical(first, second)
    if same_host:
        found += [
            MethodDifference(name, (ours, second.settings[name]), fundamental=False)
            for name, ours in first.settings.items()
            if ours != second.settings.get(name, ours)
        ]
    return Comparison(tuple(found))


def differences(methods: Iterable[Method], *, same_host: bool = False) -> list[MethodDifference]:
    """Return every difference between two of several methods.

    Parameters
    ----------
    methods
        Any number of methods.
    same_host
        As for :func:`comparable`.
    """
    named = (("", method) for method in methods)
    return [found.difference for found in named_differences(named, same_host=same_host)]


@dataclass(frozen=True)
class NamedDifference:
    """A difference of two calculations, with their names."""

    difference: MethodDifference
    first: str
    second: str


def named_differences(
    named: Iterable[tuple[str, Method]], *, same_host: bool = False, mixed_u: bool = False
) -> Iterator[NamedDifference]:
    """Yield every difference between two of several calculations, each once.

    Parameters
    ----------
    named
        Calculations by name, of which the first of each choice of settings is named.
    same_host, mixed_u
        As for :func:`comparable`.

    Yields
    ------
    NamedDifference
    """
    # Whole methods differ in their elements and meshes, their parts repeat: the time is linear.
    seen: dict[str, list[tuple[str, Method]]] = {}
    meshes: list[tuple[str, Method]] = []
    for name, method in named:
        for topic, part in _parts(method, same_host=same_host):
            known = seen.setdefault(topic, [])
            if any(part == other for _, other in known):
                continue
            for former, other in known:
                compared = comparable(other, part, same_host=same_host, mixed_u=mixed_u)
                for found in compared.differences:
                    yield NamedDifference(found, former, name)
            known.append((name, part))
        if method.kpoint_spacing is not None:
            mesh = Method(code="", kpoint_spacing=method.kpoint_spacing)
            # The extremes differ most.
            meshes = sorted([*meshes, (name, mesh)], key=lambda item: item[1].kpoint_spacing or 0)
            meshes = meshes[:1] + meshes[1:][-1:]
    for (former, finest), (name, coarsest) in pairwise(meshes):
        for found in _numerical(finest, coarsest):
            yield NamedDifference(found, former, name)


def _parts(method: Method, *, same_host: bool) -> Iterator[tuple[str, Method]]:
    """Yield what all methods have in common, and the blocks of each element."""
    settings = method.settings if same_host else {}
    yield (
        "",
        method.model_copy(
            update={
                "blocks": [],
                "kpoint_spacing": None,
                "hubbard_type": None,
                "settings": settings,
            }
        ),
    )
    for element in sorted(method.elements):
        yield (
            element,
            Method(
                code="",
                hubbard_type=method.hubbard_type,
                blocks=[block for block in method.blocks if block.element == element],
            ),
        )


def describe_differences(found: Iterable[MethodDifference]) -> list[str]:
    """Return a sentence for every setting in which methods differ, with all its values.

    Examples
    --------
    >>> cutoffs = [Method(code="vasp", cutoff=cutoff) for cutoff in (520, 400, 520)]
    >>> describe_differences(differences(cutoffs))
    ['ENCUT differs (520 eV, 400 eV): the energies may not compare']
    """
    values: dict[str, dict[str, None]] = {}
    scales = set()
    for item in found:
        values.setdefault(item.setting, {}).update(dict.fromkeys(item.values))
        if item.fundamental:
            scales.add(item.setting)
    return [
        f"{setting} differs ({', '.join(named)}): the energies "
        + ("do not compare" if setting in scales else "may not compare")
        for setting, named in values.items()
    ]


def _fundamental(first: Method, second: Method) -> Iterator[MethodDifference]:
    plain: Sequence[tuple[str, Callable[[Method], str | None]]] = (
        ("code", lambda method: method.code),
        ("functional", lambda method: method.functional),
        ("LEXCH", lambda method: method.lexch),
        ("spin-orbit coupling", lambda m: {None: None, True: "on", False: "off"}[m.spin_orbit]),
    )
    for setting, of in plain:
        ours, theirs = of(first), of(second)
        if ours is not None and theirs is not None and ours != theirs:
            yield MethodDifference(setting, (ours, theirs), fundamental=True)
    # Without a functional nothing is known of corrections to it.
    if first.functional and second.functional and first.dispersion != second.dispersion:
        shown = (first.dispersion or "none", second.dispersion or "none")
        yield MethodDifference("dispersion correction", shown, fundamental=True)
    yield from _numbers("AEXX", first.exact_exchange, second.exact_exchange, FRACTION_TOLERANCE)
    yield from _numbers("HFSCREEN", first.screening, second.screening, FRACTION_TOLERANCE, "1/Å")
    yield from _numbers("charge", first.charge, second.charge, CHARGE_TOLERANCE, "e")
    if first.self_consistent != second.self_consistent:
        shown = (f"{first.icharg}", f"{second.icharg}")
        yield MethodDifference("ICHARG", shown, fundamental=True)
    for element in sorted(first.elements & second.elements):
        titles = [_potentials(method, element) for method in (first, second)]
        if any(len(title.split()) == 1 for title in titles[0] | titles[1]):
            # A symbol is all that a POTCAR.spec or a published setting tells.
            titles = [{title.split()[:2][-1] for title in found} for found in titles]
        if titles[0] and titles[1] and titles[0] != titles[1]:
            shown = (" and ".join(sorted(titles[0])), " and ".join(sorted(titles[1])))
            yield MethodDifference(f"POTCAR of {element}", shown, fundamental=True)


def _potentials(method: Method, element: str) -> set[str]:
    return {b.potential for b in method.blocks if b.element == element and b.potential}


def _hubbard(first: Method, second: Method, *, mixed: bool) -> Iterator[MethodDifference]:
    if mixed:
        shared = sorted(first.hubbard_u.keys() & second.hubbard_u.keys())
    else:
        shared = sorted(first.elements & second.elements)
    both = False
    for element in shared:
        ours, theirs = (method.hubbard_u.get(element, [0.0]) for method in (first, second))
        both = both or (any(ours) and any(theirs))
        if len(ours) != len(theirs) or any(
            abs(a - b) > U_TOLERANCE for a, b in zip(ours, theirs, strict=True)
        ):
            shown = tuple(f"{' and '.join(f'{u:g}' for u in u_s)} eV" for u_s in (ours, theirs))
            yield MethodDifference(f"U of {element}", (shown[0], shown[1]), fundamental=True)
    if both:
        types = (first.hubbard_type, second.hubbard_type)
        if None not in types and types[0] != types[1]:
            yield MethodDifference("LDAUTYPE", (f"{types[0]}", f"{types[1]}"), fundamental=True)


def _numerical(first: Method, second: Method) -> Iterator[MethodDifference]:
    yield from _numbers(
        "ENCUT", first.cutoff, second.cutoff, CUTOFF_TOLERANCE, "eV", fundamental=False
    )
    ours, theirs = first.kpoint_spacing, second.kpoint_spacing
    if ours and theirs and max(ours, theirs) > KPOINT_RATIO * min(ours, theirs):
        shown = (f"{ours:.2f} 1/Å", f"{theirs:.2f} 1/Å")
        yield MethodDifference("k-point spacing", shown, fundamental=False)


def _numbers(
    setting: str,
    first: float | None,
    second: float | None,
    tolerance: float,
    unit: str = "",
    *,
    fundamental: bool = True,
) -> Iterator[MethodDifference]:
    if first is None or second is None or abs(first - second) <= tolerance:
        return
    shown = tuple(f"{value:g} {unit}".rstrip() for value in (first, second))
    yield MethodDifference(setting, (shown[0], shown[1]), fundamental=fundamental)
