"""Sweeps: one scenario under several overrides and seeds, run side by side and compared in pairs."""
