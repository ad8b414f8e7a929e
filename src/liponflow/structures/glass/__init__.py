"""Amorphous models: composition, structural units and packing."""
