"""Whose groups may write to a run directory."""

import grp
import os
import pwd
from pathlib import Path

import pytest

from liponflow.runners.errors import ExposedRunError
from liponflow.runners.ownership import check_own, is_private

ME, OTHER = 1000, 1001
USERS = {"me": (ME, 1000), "other": (OTHER, 100)}
"""Number and primary group of each user."""
GROUPS = {
    "me": (1000, []),
    "users": (100, []),
    "project": (2000, ["me", "other"]),
    "mine": (2001, ["me"]),
    "empty": (2002, []),
}
"""Number and listed members of each group."""


@pytest.fixture(autouse=True)
def _database(monkeypatch: pytest.MonkeyPatch) -> None:
    users = [
        pwd.struct_passwd((name, "x", number, group, "", "/", "/bin/sh"))
        for name, (number, group) in USERS.items()
    ]
    groups = [
        grp.struct_group((name, "x", number, members))
        for name, (number, members) in GROUPS.items()
    ]
    monkeypatch.setattr(pwd, "getpwall", lambda: users)
    monkeypatch.setattr(pwd, "getpwuid", lambda user: {item.pw_uid: item for item in users}[user])
    monkeypatch.setattr(
        grp, "getgrgid", lambda group: {item.gr_gid: item for item in groups}[group]
    )


@pytest.mark.parametrize(
    ("group", "private"),
    # A group that only the user is listed in may have members that no list gives.
    [("me", True), ("users", False), ("project", False), ("mine", False), ("empty", False)],
)
def test_only_the_group_of_the_user_is_private(group: str, *, private: bool) -> None:
    assert is_private(GROUPS[group][0], ME) is private


def test_group_of_the_user_with_another_member_is_not_private(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = grp.struct_group(("me", "x", 1000, ["me", "other"]))
    monkeypatch.setattr(grp, "getgrgid", lambda _: listed)
    assert not is_private(1000, ME)
    monkeypatch.setattr(grp, "getgrgid", lambda _: grp.struct_group(("me", "x", 1000, [])))
    primary = pwd.struct_passwd(("guest", "x", 1002, 1000, "", "/", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwall", lambda: [primary])
    assert not is_private(1000, ME)


def test_numbers_without_names_are_private_if_they_are_equal() -> None:
    assert is_private(4711, 4711)
    assert not is_private(4711, ME)


def test_group_permission_is_refused_unless_the_group_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "flow.json"
    file.touch()
    file.chmod(0o664)
    status = list(file.stat())
    monkeypatch.setattr(os, "geteuid", lambda: ME)

    def owned_by(group: int) -> None:
        status[4:6] = ME, group
        monkeypatch.setattr(Path, "stat", lambda *_, **__: os.stat_result(status))

    owned_by(1000)
    check_own(file, tmp_path)
    owned_by(2000)
    with pytest.raises(ExposedRunError, match=r"mode 664, so that the group project can change"):
        check_own(file, tmp_path)
    owned_by(4711)
    with pytest.raises(ExposedRunError, match=r"the group 4711 can change"):
        check_own(file, tmp_path)
