"""PBS, Grid Engine and no scheduler for jobflow-remote, where those of qtoolkit 0.1.7 do not do.

The options of its ``PBSIO`` and ``SGEIO`` are single strings, in which nodes or slots cannot be
counted for each image of a band. ``SGEIO`` takes a cancelled job for an error, and fails on jobs
that are held, suspended or moved. ``ShellIO`` ends the script of a job, whose programs run on, and
takes jobs for finished when the connection to their host is lost.
"""

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtoolkit.core.exceptions import CommandFailedError
from qtoolkit.io.pbs import PBSIO
from qtoolkit.io.sge import SGEIO
from qtoolkit.io.shell import ShellIO

if TYPE_CHECKING:
    from qtoolkit.core.data_objects import QJob

CHUNK = ("select", "ncpus", "mpiprocs", "ompthreads", "ngpus", "mem")
"""Resources of PBS that make up its ``-l select``, in their order."""


class PBS(PBSIO):
    """PBS Professional or OpenPBS.

    Notes
    -----
    ``select`` chunks of ``ncpus``, ``mpiprocs``, ``ompthreads``, ``ngpus`` and ``mem`` each:
    pbs_resources(7B) of OpenPBS, which takes no ``place`` without ``select``.
    """

    header_template_file: str | None = None  # type: ignore[assignment]
    header_template = """\
#PBS -S /bin/bash
#PBS -N $${job_name}
#PBS -o $${qout_path}
#PBS -e $${qerr_path}
#PBS -q $${queue}
#PBS -A $${account}
#PBS -P $${project}
#PBS -l select=$${select}:ncpus=$${ncpus}:mpiprocs=$${mpiprocs}:ompthreads=$${ompthreads}\
:ngpus=$${ngpus}:mem=$${mem}
#PBS -l walltime=$${walltime}
#PBS -l place=$${place}
#PBS -p $${priority}
#PBS -r $${rerunnable}
$${qverbatim}"""

    def generate_header(self, options: Any) -> str:
        """Return the directives; what is not asked for of a chunk is left out."""
        given = dict(options or {})
        if any(key in given for key in (*CHUNK, "place")):
            given = {**dict.fromkeys(CHUNK, ""), "select": 1, **given}
        return re.sub(r":\w+=(?=:|$)", "", str(super().generate_header(given)), flags=re.MULTILINE)


class GridEngine(SGEIO):
    """Grid Engine: ``slots`` of the parallel environment ``pe``, limits by ``l`` and ``h_rt``."""

    header_template_file: str | None = None  # type: ignore[assignment]
    # Many queues have a C shell, and ignore the first line of a script.
    header_template = """\
#$ -S /bin/bash
#$ -N $${job_name}
#$ -o $${qout_path}
#$ -e $${qerr_path}
#$ -q $${queue}
#$ -P $${project}
#$ -pe $${pe} $${slots}
#$ -l $${l}
#$ -l h_rt=$${h_rt}
#$ -p $${priority}
#$ -r $${rerunnable}
$${qverbatim}"""

    def generate_header(self, options: Any) -> str:
        """Return the directives.

        Raises
        ------
        ValueError
            If only one of `pe` and `slots` is given.
        """
        given = dict(options or {})
        if ("pe" in given) != ("slots" in given):
            raise ValueError(
                "give both pe and slots, the parallel environment (`qconf -spl` lists them) and "
                "the number of its slots"
            )
        return str(super().generate_header(given))

    def sanitize_options(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return options with a name that Grid Engine takes: it may not begin with a digit."""
        found = super().sanitize_options(options)
        name = found.get("job_name", "")
        return {**found, "job_name": f"_{name}"} if name[:1].isdigit() else dict(found)

    def extract_job_id_from_cancel(self, stderr: str) -> None:
        """Return nothing: the answer, on standard output, differs between versions."""

    def _get_jobs_list_cmd(
        self,
        job_ids: list[str] | None = None,  # noqa: ARG002 - Grid Engine lists no single jobs
        user: str | None = None,
    ) -> str:
        """Ask for one's own jobs, not for those of the whole cluster."""
        command = " ".join(self._get_qstat_base_command())
        return f"{command} -u {user}" if user else command

    def parse_jobs_list_output(
        self,
        exit_code: int,
        stdout: str | bytes,
        stderr: str | bytes,
        job_ids: list[str] | None = None,
    ) -> "list[QJob]":
        """Return the jobs; of combined states, such as ``hRwq``, the one that counts."""
        text = stdout.decode() if isinstance(stdout, bytes) else stdout
        text = re.sub(r"(?<=<state>)\w+(?=</state>)", lambda found: one_state(found.group()), text)
        return list(super().parse_jobs_list_output(exit_code, text, stderr, job_ids))


class Shell(ShellIO):
    """No scheduler: a job is a group of processes, which ends as a whole."""

    def get_submit_cmd(self, script_file: str | Path | None = "submit.script") -> str:
        """Return the command that starts a script in a group and prints its number."""
        # Only with job control does the shell make a group, and the option -m wants a terminal.
        return f"bash -c {shlex.quote(f'set -m; {super().get_submit_cmd(script_file)}')}"

    def get_cancel_cmd(self, job: "QJob | int | str") -> str:
        """Return the command that ends all processes of a job."""
        command, _, number = str(super().get_cancel_cmd(job)).rpartition(" ")
        return f"{command} -{number}"

    def parse_jobs_list_output(
        self,
        exit_code: int,
        stdout: str | bytes,
        stderr: str | bytes,
        job_ids: list[str] | None = None,
    ) -> "list[QJob]":
        """Return the jobs.

        Raises
        ------
        CommandFailedError
            If ``ps`` was lost; it ends with 1 where it finds no process.
        """
        if exit_code not in {0, 1}:
            raise CommandFailedError(f"ps was lost, with status {exit_code}: {stderr!r}")
        return list(super().parse_jobs_list_output(exit_code, stdout, stderr, job_ids))


def one_state(letters: str) -> str:
    """Return the state of a job of Grid Engine that decides what it does.

    Parameters
    ----------
    letters
        Its states, as ``qstat`` combines them (sge_status(5)).

    Examples
    --------
    >>> [one_state(letters) for letters in ("qw", "hRwq", "Rr", "tS", "dRr", "Eqw")]
    ['qw', 'hqw', 'r', 's', 'd', 'Eqw']
    """
    for state, signs in (("Eqw", "E"), ("d", "d"), ("s", "sST"), ("r", "rt"), ("hqw", "h")):
        if any(sign in letters for sign in signs):
            return state
    return "qw"
