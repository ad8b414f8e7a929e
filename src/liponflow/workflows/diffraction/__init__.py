"""Measurements of diffraction and of images of lattices."""
