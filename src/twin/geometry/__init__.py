"""Plane geometry for sensors: grid, rays, occlusion. Arrays in, arrays out; no models."""
