"""How custodian runs VASP for us."""

from typing import Any

POLLING_S = 0.5
"""How often custodian looks whether VASP has ended (s); by default every 10 s."""

MONITORING_S = 300
"""How often it looks for errors in a run that goes on (s), as by default."""


def run_options(**options: Any) -> dict[str, Any]:
    """Give the ``run_vasp_kwargs`` of a VASP Maker.

    Parameters
    ----------
    **options
        Further arguments of ``atomate2.vasp.run.run_vasp``.

    Examples
    --------
    >>> run_options(max_errors=2)["custodian_kwargs"]
    {'polling_time_step': 0.5, 'monitor_freq': 600}
    """
    frequency = round(MONITORING_S / POLLING_S)
    custodian = {"polling_time_step": POLLING_S, "monitor_freq": frequency}
    return {"custodian_kwargs": custodian, **options}
