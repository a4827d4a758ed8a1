"""The cell network (Uu), transport and core behind it, networks of municipal devices."""
