"""Figures computed from the log of a run, and from nothing else."""
