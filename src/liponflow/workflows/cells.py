"""Cells that a campaign takes instead of the one that a user gave."""

import warnings


class ReplacedCellWarning(UserWarning):
    """The given cell was replaced by another of the same crystal."""


def tell_replaced(remark: str) -> None:
    """Warn which cell is taken; the result says so, too.

    Parameters
    ----------
    remark
        The cell, and how to keep the given one.
    """
    warnings.warn(remark, ReplacedCellWarning, stacklevel=3)
