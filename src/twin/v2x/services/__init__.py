"""Services of vehicle-road-cloud integration that act back on equipped vehicles."""
