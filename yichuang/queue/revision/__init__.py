"""Changes of a hall's own make: versions of hall.toml, and of the items in its catalogue."""
