"""Profiles of elements across an interface: onsets, widths and their order."""
