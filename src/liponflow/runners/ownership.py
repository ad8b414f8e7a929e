"""Who owns a file that is run as code, and who else may change it."""

import grp
import os
import pwd
import stat
from pathlib import Path

from liponflow.runners.errors import ExposedRunError, ForeignRunError

OWN_FILE, OWN_DIRECTORY = 0o644, 0o755
"""Permissions of what is run as code: writable for its owner alone."""


def check_own(path: Path, run_dir: Path) -> None:
    """Refuse a file or directory that belongs to another user, or that others may change.

    Permission for a group does not extend to others where the group is the user's own, as on
    systems with the umask 002 (:func:`is_private`).

    Parameters
    ----------
    path
        The file or directory.
    run_dir
        Directory of the run that it is part of.

    Raises
    ------
    ForeignRunError
        If it belongs to another user.
    ExposedRunError
        If everybody may write to it, or a group that has others than the user.
    """
    status, user = path.stat(), os.geteuid()
    if status.st_uid != user:
        raise ForeignRunError(path, status.st_uid, user)
    if status.st_mode & stat.S_IWOTH:
        raise ExposedRunError(path, status.st_mode, "everybody", run_dir)
    if status.st_mode & stat.S_IWGRP and not is_private(status.st_gid, user):
        writers = f"the group {_group_name(status.st_gid)}"
        raise ExposedRunError(path, status.st_mode, writers, run_dir)


def is_private(group: int, user: int) -> bool:
    """Return whether a group is known to be the user's own, with no other members.

    Such a group has the name or the number of the user. That is required because a directory
    service need not list the users of a group: one without known members may have some.

    Parameters
    ----------
    group, user
        Their numbers.
    """
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:
        name = None
    try:
        found = grp.getgrgid(group)
    except KeyError:
        return group == user
    others = [*found.gr_mem, *(item.pw_name for item in pwd.getpwall() if item.pw_gid == group)]
    return (group == user or found.gr_name == name) and not set(others) - {name}


def _group_name(group: int) -> str:
    try:
        return grp.getgrgid(group).gr_name
    except KeyError:
        return str(group)
