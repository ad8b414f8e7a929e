"""Values as the report and the terminal show them."""

from collections.abc import Mapping
from typing import Any

LARGE, SMALL = 1e5, 1e-3
"""Numbers beyond these are written as powers of ten."""


def shown_value(value: Any, unit: str = "") -> str:
    """Return a value with its unit, as text.

    Parameters
    ----------
    value
        Number, range, names, numbers by name, statement or text; None for no value.
    unit
        Unit of the numbers.

    Examples
    --------
    >>> shown_value(4.4446, "V"), shown_value((11.0, 13.0), "%"), shown_value(2.5e-06, "S/cm")
    ('4.445 V', '11 to 13 %', '2.5 × 10⁻⁶ S/cm')
    >>> shown_value(["Li2O", "Li3N"]), shown_value({"Mn": 5.96}, "eV"), shown_value(True)
    ('Li2O, Li3N', 'Mn 5.96 eV', 'yes')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {shown_value(item, unit)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        parts = [shown_value(item) for item in value]
        is_range = len(parts) == 2 and all(isinstance(item, int | float) for item in value)  # noqa: PLR2004
        return f"{' to ' if is_range else ', '}".join(parts) + (f" {unit}" if unit else "")
    text = _number(float(value)) if isinstance(value, int | float) else str(value)
    return f"{text} {unit}" if unit else text


def _number(value: float) -> str:
    if value and not SMALL <= abs(value) < LARGE:
        digits, _, power = f"{value:.4g}".partition("e")
        if not power:
            digits, _, power = f"{value:.3e}".partition("e")
            digits = digits.rstrip("0").rstrip(".")
        return f"{digits} × 10{str(int(power)).translate(_RAISED)}"
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.6g}"  # noqa: PLR2004 - 10 000 and more


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
