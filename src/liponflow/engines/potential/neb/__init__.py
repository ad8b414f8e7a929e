"""Nudged elastic bands on any ASE calculator, half of them where a path mirrors itself.

``evaluation`` computes images (also in processes, also from the record of a killed attempt),
``band`` turns their energies and forces into those of a band, ``relaxation`` moves it, and
``maker`` is the job that ends in an NEBResult.
"""
