"""Charts as inline SVG, drawn on the server: pure functions of small dataclasses, safe for any text of a supplier."""
