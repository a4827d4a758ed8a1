"""SimPy environment, clock, and the records that models hand to each other."""
