"""DFT by GPAW, which runs in a process of its own."""
