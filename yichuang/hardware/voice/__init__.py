"""The hall's voice: what is said of a call, who says it, who plays it, and the order of it all."""
