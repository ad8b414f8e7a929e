"""VASP molecular dynamics: a protocol in stages, each stage in segments."""
