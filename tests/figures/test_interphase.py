from figure_texts import misplaced

from liponflow.analysis.interphase.result import InterphaseResult
from liponflow.figures.interphase import all_figures
from liponflow.workflows.model import get_model


def test_resistances_potentials_and_shares_are_drawn() -> None:
    result = get_model("interphase").compute()
    assert isinstance(result, InterphaseResult)
    figures = all_figures(result)
    assert list(figures) == ["interphase", "needed_shares"]
    for figure in figures.values():
        assert misplaced(figure) == []
    left, right = figures["interphase"].axes
    widths = [patch.get_width() for patch in left.patches]
    assert widths == [stack.ionic for stack in result.stacks]
    curves = [line for line in right.lines if len(line.get_xdata()) > 2]
    assert len(curves) == 5
    assert [float(line.get_ydata()[3]) for line in curves] == [
        stack.potential for stack in result.stacks
    ]
