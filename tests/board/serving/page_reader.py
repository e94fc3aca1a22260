"""A page as a machine reads it: figures, links, scripts, and the words that a reader sees."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

# Elements that have no end.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"style", "script"}


@dataclass
class ShownFigure:
    """A figure on a page: its place in the marts, its exact value, and its text."""

    indicator: str
    area: str
    period: str
    value: float
    text: str = ""


@dataclass
class ShownPart:
    """A figure of advice on a page: its column and row in the mart, its exact value, and its text."""

    column: str
    row: tuple[str, ...]
    value: float
    text: str = ""


@dataclass
class ShownAnswer:
    """A number in the answer to a question of the book: its column, its exact value, and its text."""

    question: str
    column: str
    value: float
    text: str = ""


@dataclass
class ShownArea:
    """An area of a map: where it leads, and its title."""

    href: str
    title: str = ""


@dataclass
class PageContents(HTMLParser):
    """A page, taken apart."""

    figures: list[ShownFigure] = field(default_factory=list)
    # Of forecasts: indicator, area, period, scenario, share in percent, and both ends.
    bands: list[tuple] = field(default_factory=list)
    parts: list[ShownPart] = field(default_factory=list)
    answers: list[ShownAnswer] = field(default_factory=list)
    map_areas: list[ShownArea] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    # Addresses that a browser fetches automatically.
    fetched: set[str] = field(default_factory=set)
    scripts: list[dict] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    styled: list[str] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    until: list[str] = field(default_factory=list)
    # Elements that are open or were closed out of turn.
    unclosed: list[str] = field(default_factory=list)

    def __post_init__(self):
        super().__init__(convert_charrefs=True)
        self._figure, self._href, self._title = None, None, None

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.elements.append(tag)
        self.classes |= {*(known.get("class") or "").split()}
        self.handlers += [f"{tag} {name}" for name in known if name.startswith("on")]
        self.styled += [f"{tag} style" for name in known if name == "style"]
        self.until += [known["data-until"]] if known.get("data-until") else []
        match tag:
            case "a" | "form":
                self._href = known.get("href") or known.get("action")
                self.links.add(self._href or "")
            case "script":
                self.scripts.append(known)
                self.fetched.add(known.get("src", ""))
            case "link" | "img" | "image" | "use" | "iframe" | "object":
                self.fetched.add(known.get("href") or known.get("src") or known.get("data") or "")
            case "data" if "data-f" in known:
                place = (known["data-i"], known["data-a"], known["data-p"], known["data-s"], int(known["data-f"]))
                self.bands.append((*place, *map(float, known["value"].split())))
            case "data" if "data-m" in known:
                row = tuple(known[f"data-{name}"] for name in "lnao")
                self._figure = ShownPart(known["data-m"], row, float(known["value"]))
                self.parts.append(self._figure)
            case "data" if "data-q" in known:
                self._figure = ShownAnswer(known["data-q"], known["data-c"], float(known["value"]))
                self.answers.append(self._figure)
            case "data":
                self._figure = ShownFigure(known["data-i"], known["data-a"], known["data-p"], float(known["value"]))
                self.figures.append(self._figure)
            case "title":
                self._title = ShownArea(self._href or "")
        if tag not in VOID:
            self.unclosed.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if self.unclosed and self.unclosed[-1] == tag:
            self.unclosed.pop()
        if tag == "data":
            self._figure = None
        if tag == "title" and self._title:
            if "path" in self.unclosed:
                self.map_areas.append(self._title)
            self._title = None

    def handle_data(self, data):
        if self.unclosed and self.unclosed[-1] in SILENT:
            return
        if self._figure:
            self._figure.text += data
        if self._title:
            self._title.title += data
        self.words.append(data)

    @property
    def text(self):
        """All words that a reader sees."""
        return " ".join(" ".join(self.words).split())

    @property
    def own_links(self):
        """Addresses of other pages of the board, without their anchors."""
        return {link.split("#")[0] for link in self.links if link.startswith("/")}

    @property
    def foreign(self):
        """Addresses outside the board that a browser would fetch."""
        return {address for address in self.fetched if urlsplit(address).netloc}


def read_page(html):
    """Take a page apart."""
    contents = PageContents()
    contents.feed(html)
    contents.close()
    return contents
