"""What the tags of an INCAR decide on."""

from liponflow.inputs.difference import Role

_PHYSICS = frozenset(
    """
    AEXX AGGAC AGGAX ALDAC ALDAX ANDERSEN_PROB CMBJ CSVR_PERIOD EFIELD EFIELD_PEAD EPSILON GGA
    HFRCUT HFSCREEN ICHAIN IDIPOL IMAGES ISIF ISPIN IVDW LANGEVIN_GAMMA LANGEVIN_GAMMA_L LASPH
    LATTICE_CONSTRAINTS LCLIMB LDIPOL LHFCALC LMONO LNONCOLLINEAR LSOL LSORBIT LSPIRAL LTHOMAS
    LUSE_VDW MAGMOM MDALGO METAGGA M_CONSTR NELECT NUPDOWN PMASS POMASS POTIM PSTRESS QSPIRAL
    RWIGS SAXIS SMASS TEBEG TEEND XC ZVAL
    """.split()  # noqa: SIM905 - dozens of names
)
_FAMILIES_OF_PHYSICS = ("I_CONSTRAINED_M", "LDAU", "LIBXC", "ML_", "NHC_", "VDW_", "ZAB_VDW")
_PARALLEL = frozenset(
    """
    IMAGE_KPAR KPAR LASYNC LPLANE LSCALAPACK LSCALU NBLK NCORE NCORE_IN_IMAGE1 NCSHMEM NOMEGAPAR
    NPAR NSIM NTAUPAR NTHREADS_HI NTHREADS_LO NTHREADS_MU MAXMEM ML_NCSHMEM
    """.split()  # noqa: SIM905 - as above
)
_LABEL = frozenset(
    """
    KBLOCK LAECHG LCHARG LCHARGH5 LELF LH5 LPARD LVHAR LVTOT LWAVE LWAVEH5 NBLOCK NPACO APACO
    NWRITE SYSTEM
    """.split()  # noqa: SIM905 - as above
)


def role_of(tag: str) -> Role:
    """Return what a tag of the INCAR decides on.

    Examples
    --------
    >>> role_of("LDAUU"), role_of("EDIFF"), role_of("NCORE"), role_of("SYSTEM")
    (<Role.PHYSICS: 'physics'>, <Role.NUMERICS: 'numerics'>, <Role.PARALLEL: 'parallel'>, \
<Role.LABEL: 'label'>)
    """
    if tag in _PARALLEL or tag.endswith("/KPAR"):
        return Role.PARALLEL
    if tag in _LABEL:
        return Role.LABEL
    physics = tag in _PHYSICS or tag.startswith(_FAMILIES_OF_PHYSICS)
    return Role.PHYSICS if physics else Role.NUMERICS
