"""Console for texts of suppliers: they are printed as they are, and never read as markup, emoji or control codes."""

from rich.console import Console
from rich.text import Text

from dagster_project.errors import shown


class PlainConsole(Console):
    """Console without markup; what has a style of its own is a ``Text``."""

    def render_str(self, text: str, **_options: object) -> Text:
        """Make a text, of a cell or a branch of a tree too, into what it says."""
        return Text(shown(text))
