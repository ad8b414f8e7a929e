"""SevenNet, with the weights in its wheel and a faster calculator."""
