"""Icons of 16 px that stand before words; they are decoration, since the words say the same."""

from markupsafe import Markup

_LIGHTS = {
    "green": (
        "green",
        '<circle cx="8" cy="8" r="8"/><path class="in" d="M4.5 8.3 7 10.8l4.6-5.2"/>',
    ),
    "amber": (
        "amber",
        '<path d="M8 0l8 8-8 8-8-8z"/><path class="fill" d="M3 8h10l-5 5z"/>',
    ),
    "red": ("red", '<path d="M8 1l8 14H0z"/><path class="in" d="M8 6v4M8 12v1"/>'),
}
_LOCK = '<path d="M3 7h10v8H3z"/><path class="ring" d="M5 7V5a3 3 0 0 1 6 0v2"/>'
_CLOCK = '<circle class="ring" cx="8" cy="8" r="7"/><path class="ring" d="M8 4v4.3l3 1.7"/>'


def _icon(classes: str, body: str) -> Markup:
    return Markup(f'<svg class="i{classes}" viewBox="0 0 16 16" aria-hidden="true">{body}</svg>')


def light(code: str) -> Markup:
    """Draw the shape of a target light: disc with tick, half-filled diamond, triangle with mark; nothing for 'none'."""
    if code not in _LIGHTS:
        return Markup("")
    name, body = _LIGHTS[code]
    return _icon(f" {name}", body)


def lock() -> Markup:
    """Draw the lock of a suppressed figure."""
    return _icon("", _LOCK)


def clock() -> Markup:
    """Draw the clock of freshness, expiry and late suppliers."""
    return _icon("", _CLOCK)


def icon(name: str | None) -> Markup:
    """Draw the icon that an absence names: 'lock', 'clock' or none."""
    return {"lock": lock, "clock": clock}[name]() if name else Markup("")
