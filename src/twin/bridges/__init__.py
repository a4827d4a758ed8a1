"""Bridges: spans under traffic, temperature and wind, their sensors, what is made of the signals, alarms."""
