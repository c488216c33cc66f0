"""The hands: printers, displays, voice, readers, pads and scanners, and what supervises them (DESIGN 7).

Importing this package loads no device library; each device's folder does so when it is first used.
"""
