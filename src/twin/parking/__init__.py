"""Parking: car parks and kerbs with their bays, who looks for a space in traffic, what bay sensors tell and signs say of it."""
