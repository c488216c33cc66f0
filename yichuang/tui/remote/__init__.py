"""The face over SSH: one process serves each connection its own screens."""
