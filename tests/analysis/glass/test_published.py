from liponflow.analysis.glass.published import published_glass, published_share

LIPON = ["N", "O", "P", "Li"]


def test_values_are_the_printed_ones() -> None:
    known = published_glass(LIPON)
    assert known is not None
    assert set(known.structural_units.units) == {"Q0_0", "Q1_0", "Q1_1", "Q0_1"}
    assert known.nitrogen_sites.absent == ("triply coordinated",)
    assert (known.glass_transition.onset, known.glass_transition.inflection) == (207, 234)
    assert (known.youngs_modulus.freestanding, known.youngs_modulus.on_substrate) == (33, 77)
    assert known.li_tetrahedra.share == 0.2


def test_every_value_has_source_and_note() -> None:
    known = published_glass(LIPON)
    assert known is not None
    for name in type(known).model_fields:
        entry = getattr(known, name)
        if hasattr(entry, "citation"):
            assert entry.citation.split()[0] in entry.source
            assert "section" in entry.source or entry is known
            assert entry.note


def test_other_glasses_and_units_have_no_published_values() -> None:
    assert published_glass(["Li", "Si", "P", "O", "N"]) is None
    assert published_share(LIPON, "units", "Q2_2") is None
    assert published_share(LIPON, "nitrogen_sites", "free") is None
    assert published_share(["Si", "O"], "units", "Q1_0") is None
