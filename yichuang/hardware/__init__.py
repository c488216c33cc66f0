"""The hands: printers and, beside them later, displays, voice and readers (DESIGN 7).

Importing this package loads no device library; each device's folder does so when it is first used.
"""
