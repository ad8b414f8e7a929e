"""The runner of jobflow-remote for tests: it tries again soon after a failure, not after 2 min."""

import sys

from jobflow_remote.jobs import runner
from jobflow_remote.utils.schedule import SafeScheduler


def main(project: str) -> None:
    """Run until it is killed."""
    runner.SafeScheduler = lambda **_: SafeScheduler(seconds_after_failure=1)
    runner.Runner(project_name=project).run()


if __name__ == "__main__":
    main(sys.argv[1])
