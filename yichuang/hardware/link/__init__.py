"""Byte links to devices: TCP, serial ports, USB, files; one contract for all (`link.Link`)."""
