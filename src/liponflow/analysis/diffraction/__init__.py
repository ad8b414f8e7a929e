"""Phases in diffraction patterns and in images of lattices: spacings, spots, tiles and layers."""
