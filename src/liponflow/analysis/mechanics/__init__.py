"""Stresses at the interfaces of LiPON: Li below a collector, a cathode that swells."""
