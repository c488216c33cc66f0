"""People: staff and their roles, posts and whereabouts, and who may ask for what."""
