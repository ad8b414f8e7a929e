"""Models of interfaces: slabs, matched lateral cells and their stacks."""
