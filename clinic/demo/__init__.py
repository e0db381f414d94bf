"""A fictional clinic for trying things out. Refuses to touch anything but a demo."""
