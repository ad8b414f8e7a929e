"""Li/vacancy arrangements of a host."""
