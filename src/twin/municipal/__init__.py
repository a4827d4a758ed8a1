"""Municipal devices on roads: water in underpasses, settlement of pavements."""
