"""Small widgets that repaint only what changed."""
