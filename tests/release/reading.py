"""Reading a page as a browser, a screen reader and a Dutch reader do: its parts, its links, and what is no Dutch."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

EMPTY = {"meta", "link", "img", "br", "hr", "input"}
INLINE = {"a", "b", "span"}
# Words that stand in English sentences of ours and in no Dutch one.
ENGLISH = re.compile(r"\b(the|and|with|until|withheld|fresh|rows|changed|expected|since|could|their|usable)\b", re.I)


class Page(HTMLParser):
    """A page, with everything that is wrong with how it is built in ``mistakes``."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.mistakes: list[str] = []
        self.headings: list[int] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.texts: list[str] = []
        self.ids: set[str] = set()
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.html = file.read_text("utf-8")
        self.feed(self.html)
        self.mistakes += [f"<{tag}> is never closed" for tag, _ in self._open]

    @property
    def text(self) -> str:
        """Text for a reader of Dutch: without parts marked as English."""
        return " ".join("".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.texts.append("" if tag in INLINE else " ")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "href" in values and tag == "a":
            self.links.append(values["href"] or "")
        self.loads += [values[name] or "" for name in ("src", "srcset", "data") if name in values]
        self.loads += [values["href"] or ""] if tag == "link" else []
        self.ids |= {values["id"] or ""} if "id" in values else set()
        if tag == "th" and values.get("scope") not in ("col", "row"):
            self.mistakes.append("<th> without a scope")
        if tag not in EMPTY:
            self._open.append((tag, values))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.mistakes.append(f"</{tag}> closes {self._open[-1][0] if self._open else 'nothing'}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._open}
        if tags & {"style", "title", "script"} or any(values.get("lang") == "en" for _, values in self._open):
            return
        self.texts.append(data)

    def complaints(self) -> list[str]:
        """Whatever a reader, with or without a screen, would stumble over."""
        found = list(self.mistakes)
        if '<html lang="nl">' not in self.html:
            found.append("does not say that it is Dutch")
        if self.headings.count(1) != 1:
            found.append(f"{self.headings.count(1)} headings of the first rank")
        found += [
            f"h{after} follows h{before}"
            for before, after in zip(self.headings, self.headings[1:], strict=False)
            if after > before + 1
        ]
        if self.loads or "@import" in self.html or "url(" in self.html or "<script" in self.html:
            found.append(f"loads {self.loads or 'something'}")
        found += [f"leads nowhere: {link}" for link in self.links if not self._leads_somewhere(link)]
        found += [
            f"is no Dutch: {match.group()} in {self.text[max(match.start() - 40, 0) : match.end() + 40]!r}"
            for match in ENGLISH.finditer(self.text)
        ]
        return found

    def _leads_somewhere(self, link: str) -> bool:
        if link.startswith("#"):
            return link[1:] in self.ids
        # An address for questions.
        return link.startswith(("https://", "mailto:")) or (self.file.parent / unquote(link)).resolve().is_file()
