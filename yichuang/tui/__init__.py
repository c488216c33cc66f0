"""The face: Textual screens over one `Hall`. It knows nothing of the store or the devices."""
