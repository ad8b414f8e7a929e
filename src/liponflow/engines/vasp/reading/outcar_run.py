"""Relaxations and static calculations of which the OUTCAR was kept, but no vasprun.xml."""

from dataclasses import dataclass

from liponflow.crystals.read import read_structure
from liponflow.engines.vasp.reading.files import IngestError, RunFiles
from liponflow.engines.vasp.reading.image import ImageRun, shared_of
from liponflow.engines.vasp.reading.outcar import read_outcar_end
from liponflow.engines.vasp.reading.runs import outcar_lines
from liponflow.inputs.vasp.ionic import NO_CRITERION, IonicTask, has_criterion, ionic_task


@dataclass(frozen=True)
class OutcarRun(ImageRun):
    """A run read from OUTCAR, CONTCAR and INCAR."""

    @property
    def task(self) -> IonicTask:
        """See AnyRun."""
        task = ionic_task(self._ionic_tags)
        assert task is not None  # noqa: S101 - `read_outcar_run` refuses the others
        return task

    @property
    def has_criterion(self) -> bool:
        """Whether the ions have a criterion to meet; at rest, they need none."""
        return self.task != "relaxation" or has_criterion(self._ionic_tags)

    @property
    def notes(self) -> list[str]:
        """Warnings of a result that uses the run."""
        notes = [f"{self.directory}: read from its OUTCAR, as there is no vasprun.xml"]
        if self.end.runs > 1:
            notes.append(
                f"{self.files.find('OUTCAR')}: {self.end.runs} runs one after the other, of which "
                "the last counts"
            )
        if not self.has_criterion:
            notes.append(f"{self.directory}: {NO_CRITERION}")
        if self.method.charge_remark:
            notes.append(f"{self.directory}: {self.method.charge_remark}")
        return notes

    @property
    def converged(self) -> bool:
        """See AnyRun."""
        if self.task != "relaxation":
            return self.end.finished and self.end.electrons
        limit, left = self.force_limit, self.end.max_force
        if limit is None:
            return super().converged and self.end.steps > 1
        # The forces on atoms that are held are among those of the OUTCAR.
        held = "selective_dynamics" in self.structure.site_properties
        small = left is not None and left <= limit
        return super().converged and (small or (held and self.end.reached))


def read_outcar_run(files: RunFiles) -> OutcarRun:
    """Read a run without vasprun.xml.

    Raises
    ------
    IngestError
        If OUTCAR, CONTCAR or INCAR is missing, OUTCAR or INCAR cannot be read, or the run was no
        relaxation or static calculation of DFT.
    StructureError
        If the CONTCAR cannot be read.
    """
    for name in ("OUTCAR", "CONTCAR", "INCAR"):
        if files.find(name) is None:
            raise IngestError(
                f"{files.directory}: no vasprun.xml, and no {name} to do without it: copy one "
                "of them from where VASP ran"
            )
    contcar = files.find("CONTCAR")
    assert contcar is not None  # noqa: S101 - found above
    end, shared = read_outcar_end(outcar_lines(files)), shared_of(files, vasprun=False)
    run = OutcarRun(files, shared, end, read_structure(contcar))
    tags = end.tags | shared.tags
    if ionic_task(tags) not in {"relaxation", "static"} or tags.get("ML_LMLFF"):
        raise IngestError(
            f"{files.directory}: no vasprun.xml: copy it from where VASP ran; an OUTCAR alone "
            "does for relaxations and static calculations of DFT"
        )
    return run
