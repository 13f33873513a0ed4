"""What tests of pages look at: what was asked for and complained of, which colours meet, and where things lie."""

import re
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

PAPER: dict[str, Any] = {"viewport": {"width": 718, "height": 1047}}
"""An A4 sheet with margins of a centimetre, in CSS pixels."""

DARK: dict[str, Any] = {"color_scheme": "dark"}

TEXTS = """() => [...document.querySelectorAll("body *")]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .filter(one => one.getClientRects().length && !["title", "desc"].includes(one.localName))
  .map(one => {
    let under = one;
    while (under && getComputedStyle(under).backgroundColor === "rgba(0, 0, 0, 0)") under = under.parentElement;
    const style = getComputedStyle(one);
    const ink = one.namespaceURI.endsWith("svg") ? style.fill : style.color;
    return [one.textContent.trim(), ink, under ? getComputedStyle(under).backgroundColor : "rgb(255, 255, 255)"];
  })"""


@dataclass(frozen=True)
class Served:
    """A server that is up, and the body of the one evaluation it holds. key: of the owner of an organization."""

    port: int
    key: str
    evaluation: dict[str, Any]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def report(self) -> str:
        """The address of the report on the evaluation."""
        return f"/v1/evaluations/{self.evaluation['id']}/report"


@dataclass
class Watch:
    """Collects what should not happen on a page: errors, refusals by its security policy, requests to elsewhere."""

    origin: str
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Watch a page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Warnings are left out: they are of the browser's own version, such as what it means to drop one day.
        if message.type == "error":
            self.complaints.append(f"error: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "file:")):
            self.complaints.append(f"asks elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")


def luminance(color: str) -> float:
    """Return the relative luminance, 0 to 1, of a computed CSS colour without transparency."""
    red, green, blue = (int(part) / 255 for part in re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", color).groups())  # type: ignore[union-attr]
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two computed CSS colours, 1 to 21, as WCAG 2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def illegible(page: Page) -> list[str]:
    """Return every visible text whose contrast to what it stands on is below 4.5, WCAG's AA for ordinary text."""
    texts = page.evaluate(TEXTS)
    assert texts
    return [f"{text[:40]}: {ink} on {under}" for text, ink, under in texts if contrast(ink, under) < 4.5]


def background(page: Page) -> str:
    """Return the computed colour of the page."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def width(page: Page) -> int:
    """Return how wide the page is, in CSS pixels, with what must be scrolled to."""
    return int(page.evaluate("document.scrollingElement.scrollWidth"))


OVERLAPS = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
  if (svg.parentElement.closest("svg")) return [];
  const texts = [...svg.querySelectorAll("text")].filter(one => one.getClientRects().length);
  const boxes = texts.map(one => one.getBoundingClientRect());
  return texts.flatMap((one, i) => texts.slice(i + 1).map((other, j) => {
    const a = boxes[i], b = boxes[i + 1 + j];
    // A box is higher than its letters, by some three pixels.
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return across > 0.5 && down > 3.5 ? `${one.textContent} / ${other.textContent}` : "";
  }).filter(Boolean));
})"""

OUTSIDE = """() => [...document.querySelectorAll("svg text")].filter(one => one.getClientRects().length)
  .map(one => [one.textContent, one.getBoundingClientRect()])
  .filter(([_, box]) => box.left < -0.5 || box.right > document.scrollingElement.clientWidth + 0.5)
  .map(([text, _]) => text)"""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "preload": False}


def misplaced(page: Page) -> list[str]:
    """Return what is wrong with where things lie: texts that meet or leave the page, scrolling sideways."""
    said = [f"texts overlap: {pair}" for pair in page.evaluate(OVERLAPS)]
    said += [f"a text leaves the page: {text}" for text in page.evaluate(OUTSIDE)]
    if page.evaluate("document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"):
        said.append(f"it scrolls sideways: {width(page)}")
    return said


def faults(page: Page) -> list[str]:
    """Return everything wrong with how a page is drawn: axe's findings, and what is misplaced."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found] + misplaced(page)
