"""Nudged elastic bands on any ASE calculator, or half bands for paths that mirror themselves.

``evaluation`` computes images (also in processes, also from the record of a killed attempt),
``band`` turns their energies and forces into those of a band, ``relaxation`` moves it, and
``maker`` is the job that ends in an NEBResult.
"""
