"""CHGNet: the embedded potential, with a faster calculator."""
