"""Nudged elastic bands in VASP, with static calculations of their end points."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from atomate2 import SETTINGS
from atomate2.common.files import gzip_output_folder
from atomate2.utils.path import strip_hostname
from atomate2.vasp.files import write_vasp_input_set
from atomate2.vasp.jobs.base import _FILES_TO_ZIP
from atomate2.vasp.jobs.neb import NebFromImagesMaker
from atomate2.vasp.run import DEFAULT_HANDLERS, JobType, run_vasp
from atomate2.vasp.sets.base import VaspInputGenerator
from atomate2.vasp.sets.core import NebSetGenerator
from custodian.vasp.handlers import UnconvergedErrorHandler
from jobflow import Flow, Job, Maker, job
from pymatgen.core.structure import Structure

from liponflow.analysis.runs import NEBResult
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.planning import planned_by
from liponflow.engines.vasp.makers import RestartableStaticMaker, restartable
from liponflow.engines.vasp.reading.band import band_unit
from liponflow.engines.vasp.reading.files import Band, RunFiles, find_runs
from liponflow.engines.vasp.reading.parts import parts
from liponflow.engines.vasp.run import BAND, GAMMA_BAND
from liponflow.inputs.presets import Cited, values
from liponflow.inputs.vasp.generator import with_incar
from liponflow.inputs.vasp.ionic import relaxation_limits
from liponflow.inputs.vasp.potcar import has_potcar_library
from liponflow.structures.migration.band import check_images
from liponflow.structures.migration.images import PathMirror, check_order

MIN_STEPS = 2
"""One ionic step is a static calculation to pymatgen, which does not look at its forces."""

_OF_AN_END_POINT = "our choice: energy of an end point with the settings of the band"

_STATIC = {
    key: Cited(value=value, source=_OF_AN_END_POINT)
    for key, value in {
        "NSW": 0,
        "IBRION": -1,
        **dict.fromkeys(("EDIFFG", "IMAGES", "SPRING", "IOPT", "LCLIMB", "POTIM")),
    }.items()
}
"""INCAR values that turn the settings of a band into those of its end points; None removes a
key."""

_NO_LINE_SEARCH = (
    "our choice: the forces of a band are not a gradient, which the line searches of conjugate "
    "gradients (IBRION = 2) need"
)

_VTST = {
    "IOPT": Cited(value=1, source="VTST: L-BFGS on the band"),
    **{
        key: Cited(value=value, source="VTST: its optimisers replace VASP's")
        for key, value in (("IBRION", 3), ("POTIM", 0))
    },
}

_HANDLERS = tuple(
    handler for handler in DEFAULT_HANDLERS if not isinstance(handler, UnconvergedErrorHandler)
)
"""Custodian's handlers without the one that reads in the vasprun.xml of VASP 5.4.4, beside the
folders, that the first image did not converge, and starts the whole band again with IBRION = 1."""


@dataclass
class ImagesMaker(NebFromImagesMaker):
    """atomate2's Maker of a band, for all versions of VASP.

    atomate2's own ends in a document of emmet, which needs a vasprun.xml of each image. VASP 5.4.4
    writes one for the first image only, and the job would fail after all cost. Here the output is
    the directory, from which :func:`read_band` reads the images.
    """

    @job
    def make(
        self,
        images: Sequence[Structure],
        prev_dir: str | None = None,  # noqa: ARG002
    ) -> dict[str, str]:
        """Run the band, and return its directory as ``dir_name``.

        Parameters
        ----------
        images
            The path, end points included.
        prev_dir
            Ignored: bands begin from structures.
        """
        return restartable(self, _run_band, images)


@dataclass
class VaspNEBMaker(Maker):
    """Flow of a VASP run that relaxes a band, and a static one for each end point.

    VASP writes nothing for the end points of a band, but a barrier needs their energies: they are
    computed with the settings of the band.

    Attributes
    ----------
    climbing
        Whether the highest image climbs to the saddle point, Henkelman, Uberuaga and Jónsson,
        J. Chem. Phys. 113, 9901 (2000). It needs a VASP patched with VTST
        (https://theory.cm.utexas.edu/vtsttools). Without climbing, the barrier is that of the
        highest image, a lower bound.
    force_limit
        Largest force of a converged band on an ion of any image, eV/Å.
    max_steps
        Largest number of ionic steps, 2 or more.
    user_incar_settings
        INCAR values that replace those of atomate2's NEB set, in the band and its end points.
    band_set
        Input set that replaces atomate2's; IMAGES, EDIFFG, NSW and the tags of a climbing image
        are added to it.
    name
        Name of the flow.

    Notes
    -----
    VASP distributes its MPI ranks over the images: the number of ranks must be a multiple of the
    number of images between the end points (VASP wiki, "IMAGES").
    """

    climbing: bool = False
    force_limit: float = 0.05
    max_steps: int = 200
    user_incar_settings: dict[str, Any] = field(default_factory=dict)
    band_set: VaspInputGenerator | None = None
    name: str = "nudged elastic band"

    def __post_init__(self) -> None:
        """Refuse numbers outside the range of a run."""
        if self.force_limit <= 0:
            raise ValueError(f"force_limit = {self.force_limit} eV/Å must be above 0")
        if self.max_steps < MIN_STEPS:
            raise ValueError(f"max_steps = {self.max_steps} must be {MIN_STEPS} or more")

    @property
    def images(self) -> int | None:
        """Images between the end points, if the input set tells."""
        if self.band_set is None:
            return None
        found: int | None = self.band_set.config_dict["INCAR"].get("IMAGES")
        return found

    def make(self, images: Sequence[Structure], mirror: PathMirror | None = None) -> Flow:  # noqa: ARG002
        """Return the flow of the band and its end points.

        Parameters
        ----------
        images
            First path, relaxed end points included: the same atoms in the same order and the
            same cell. The moments (site property ``magmom``) of the first apply to all.
        mirror
            Ignored: VASP computes every image.

        Returns
        -------
        Flow
            Its output is an NEBResult, also of a band that did not converge.

        Raises
        ------
        ValueError
            If the images are fewer than three, differ in atoms, their order, or the cell, or are
            out of order.
        """
        path = _aligned(images)
        static = self._end_point_maker(len(path) - 2)
        ends = [cast("Job", static.make(path[0])), cast("Job", static.make(path[-1]))]
        band = cast("Job", self._band_maker(len(path) - 2).make(path))
        directories = [end.output.dir_name for end in ends]
        result = read_band(band.output["dir_name"], directories)
        result.name = "barrier"
        return Flow([*ends, band, result], output=result.output, name=self.name)

    def planned(self, structure: Sequence[Structure]) -> list[PlannedCalculation]:
        """Return the calculations of :meth:`make`; see :mod:`liponflow.engines.planned`."""
        path = _aligned(structure)
        static = self._end_point_maker(len(path) - 2)
        ends = [*planned_by(static, path[0]), *planned_by(static, path[-1])]
        return [*ends, *planned_by(self._band_maker(len(path) - 2), path)]

    def _end_point_maker(self, images: int) -> Maker:
        maker: Maker = RestartableStaticMaker(
            name=f"{self.name} end point",
            input_set_generator=self._generator(climbing=False, images=images, incar=_STATIC),
            write_input_set_kwargs=_write_options(),
        )
        return maker

    def _band_maker(self, images: int) -> Maker:
        # Custodian's backup of a band's inputs needs POTCAR and KPOINTS, but there may be a
        # POTCAR.spec and KSPACING instead. What custodian changes is in custodian.json.
        maker: Maker = ImagesMaker(
            name=self.name,
            input_set_generator=self._generator(climbing=self.climbing, images=images),
            write_input_set_kwargs=_write_options(),
            run_vasp_kwargs={
                "job_type": JobType.NEB,
                "vasp_cmd": f"${BAND}",
                "vasp_gamma_cmd": f"${GAMMA_BAND}",
                "vasp_job_kwargs": {
                    "output_file": "vasp.out",
                    "stderr_file": "std_err.txt",
                    "backup": False,
                },
                "handlers": _HANDLERS,
            },
        )
        return maker

    def _generator(
        self, *, climbing: bool, images: int, incar: Mapping[str, Cited] | None = None
    ) -> VaspInputGenerator:
        settings = relaxation_limits(self.force_limit, self.max_steps)
        if not climbing:
            settings["IBRION"] = Cited(value=1, source=_NO_LINE_SEARCH)
        if climbing and self.band_set is not None:
            settings |= _VTST
        settings |= {
            key: Cited(value=value, source="given by the user")
            for key, value in self.user_incar_settings.items()
        }
        source = "VTST: its default is a climbing image; without VTST, VASP passes over the tag"
        settings.setdefault("LCLIMB", Cited(value=climbing, source=source))
        settings |= incar or {}
        if self.band_set is None:
            given = values(settings)
            return NebSetGenerator(
                num_images=images, climbing_image=climbing, user_incar_settings=given
            )
        number = Cited(value=images, source="images between the end points")
        return with_incar(self.band_set, {"IMAGES": number} | settings)


def _run_band(maker: ImagesMaker, images: Sequence[Structure]) -> dict[str, str]:
    """Write the inputs of a band to the working directory, and run it."""
    write_vasp_input_set(images[0], maker.input_set_generator, **maker.write_input_set_kwargs)
    directory = Path.cwd()
    folders = [directory / f"{number:02d}" for number in range(len(images))]
    for folder, image in zip(folders, images, strict=True):
        folder.mkdir(exist_ok=True)  # it may hold the WAVECAR of an earlier attempt
        image.to(str(folder / "POSCAR"))
        if Path("KPOINTS").is_file():  # VASP 6 with HDF5 compares them (VASP forum, 18721)
            shutil.copy("KPOINTS", folder)
    run_vasp(**maker.run_vasp_kwargs)
    for folder in (directory, *folders):
        gzip_output_folder(folder, SETTINGS.VASP_ZIP_FILES, _FILES_TO_ZIP)
    return {"dir_name": str(directory)}


@job
def read_band(directory: str, ends: Sequence[str]) -> NEBResult:
    """Return the result of a band and its end points.

    Parameters
    ----------
    directory
        Directory of the band, with host.
    ends
        Directories of the static calculations of the first and the last image, with host.
    """
    [band] = find_runs([Path(strip_hostname(directory))])
    assert isinstance(band, Band)  # noqa: S101 - atomate2 wrote its folders and IMAGES
    first, last = find_runs(Path(strip_hostname(end)) for end in ends)
    assert isinstance(first, RunFiles)  # noqa: S101
    assert isinstance(last, RunFiles)  # noqa: S101
    unit = replace(band_unit(band), ends=(first, last))
    result = unit.build()
    earlier = parts(directory)
    if not earlier:
        return result
    steps = sum(number for _, number in earlier)
    names = {"continued_from": [str(part) for part, _ in earlier]}
    changes = {
        "steps": (result.steps or 0) + steps,
        "force_evaluations": (result.force_evaluations or 0) + steps * len(unit.runs),
        "provenance": result.provenance.model_copy(
            update={"parameters": result.provenance.parameters | names}
        ),
    }
    return result.model_copy(update=changes)


def _write_options() -> dict[str, bool]:
    return {"potcar_spec": not has_potcar_library()}


def _aligned(images: Sequence[Structure]) -> list[Structure]:
    """Return the images sorted by element, as POTCAR needs, with the moments of the first."""
    check_images(images)
    check_order(images)
    path = [image.get_sorted_structure() for image in images]
    moments = path[0].site_properties.get("magmom")
    if moments is not None:
        for image in path:
            image.add_site_property("magmom", moments)
    return path
