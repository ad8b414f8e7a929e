"""Run the stages of FEFF10 that a spectrum needs; started as a script in their directory.

It imports nothing of liponflow, and everything that FEFF prints goes to its standard output.
"""

import sys

SKIPPED = frozenset({"dmdw", "ldos", "crpa", "opconsat", "sfconv", "compton", "rhorrp"})
"""Stages without which the spectrum is the same to the last digit; they take half a second."""


def main(time_limit: float) -> None:
    """Run FEFF in the current directory, and end with its words if it fails.

    Parameters
    ----------
    time_limit
        Longest time of a stage (s).
    """
    import feff10

    stages = [
        stage for stage in feff10.Stage.default_pipeline() if stage.executable_name not in SKIPPED
    ]
    try:
        config = feff10.FeffConfig.from_file(".", "feff.inp", stages, time_limit)
        feff10.FeffPipeline(config).run()
    except feff10.FeffError as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(float(sys.argv[1]))
