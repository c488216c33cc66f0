"""Rating pads and caller pads: keys in, meanings out, whatever the pad sends (hardware 12)."""
