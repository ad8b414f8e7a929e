import pytest

from liponflow.engines.vasp.reading.outcar import OutcarEnd, read_outcar_end

HEAD = """ vasp.5.4.4.18Apr17 (build made up) complex
 POTCAR:    PAW_PBE Li_sv 10Sep2004
 POTCAR:    PAW_PBE O 08Apr2002
   TITEL  = PAW_PBE Li_sv 10Sep2004
   TITEL  = PAW_PBE O 08Apr2002
   NELM   =     60;   NELMIN=  2; NELMDL= -5     # of ELM steps
   EDIFFG = -.3E-01   stopping-criterion for IOM
   NSW    =     50    number of steps for IOM
   IBRION =      3    ionic relax: 0-MD 1-quasi-New 2-CG
"""
STEP = """-------------------------------- Iteration    {step}(  {electrons})  -------------
  free energy    TOTEN  =       -99.00000000 eV
  energy without entropy =      -99.00000000  energy(sigma->0) =      -99.00000000
  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)
  free  energy   TOTEN  =       {energy} eV

  energy  without entropy=      {energy}  energy(sigma->0) =      {energy}
 POSITION                                       TOTAL-FORCE (eV/Angst)
 -----------------------------------------------------------------------------------
     1.80000      3.00000      3.00000        0.003000      0.004000      0.000000
     0.00000      0.00000      0.00000        0.030000     -0.040000      0.000000
 -----------------------------------------------------------------------------------
    total drift:                                0.900000      0.000000      0.000000
"""
REACHED = " reached required accuracy - stopping structural energy minimisation\n"
TIMING = " General timing and accounting informations for this job:\n"


def step(number: int, energy: str, electrons: int = 12) -> str:
    return STEP.format(step=number, energy=energy, electrons=electrons)


def read(text: str) -> OutcarEnd:
    return read_outcar_end(text.splitlines(keepends=True))


def test_head_and_last_step_are_read() -> None:
    found = read(HEAD + step(1, "-19.5") + step(2, "-19.75") + REACHED + TIMING)
    assert found.version_line.startswith("5.4.4.18Apr17 ")
    assert found.titles == ["PAW_PBE Li_sv 10Sep2004", "PAW_PBE O 08Apr2002"]
    assert found.tags == {"NELM": 60, "EDIFFG": -0.03, "NSW": 50, "IBRION": 3}
    assert (found.steps, found.energy) == (2, -19.75)
    assert found.max_force == pytest.approx(0.05)
    assert found.electrons
    assert found.reached
    assert found.finished
    assert not found.stopped


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (step(1, "-19.5", electrons=60), "electrons", False),
        (step(1, "-19.5") + "  EDIFF was not reached (unconverged)!\n", "electrons", False),
        (step(1, "*********"), "energy", None),
        (step(1, "-19.5") + " soft stop encountered!  aborting job ...\n", "stopped", True),
        (step(1, "-19.5"), "finished", False),
        ("", "steps", 0),
    ],
)
def test_signs_of_an_unusable_end_are_seen(text: str, field: str, value: object) -> None:
    assert getattr(read(HEAD + text), field) == value


def test_later_step_mends_unconverged_electrons() -> None:
    assert read(HEAD + step(1, "-19.5", electrons=60) + step(2, "-19.6")).electrons
