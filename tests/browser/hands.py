"""How a person works a page: with a mouse, or with the keyboard alone, going by what the page calls its controls."""

from datetime import date
from pathlib import Path

from playwright.sync_api import Locator, Page

MOST_STOPS = 200
"""Stops of the tab key after which a control counts as out of reach."""

FOCUSED = "one => one === document.activeElement"

VISIBLE = """one => {
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.height > 0;
}"""


class Mouse:
    """A person who points and clicks."""

    def __init__(self, page: Page) -> None:
        """Work a page."""
        self.page = page

    def press(self, name: str) -> None:
        """Press the button or follow the link of this name."""
        self._at(self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)))

    def write(self, label: str, text: str) -> None:
        """Write into a field."""
        self.page.get_by_label(label, exact=True).fill(text)

    def date(self, label: str, day: date) -> None:
        """Write a day."""
        self.write(label, day.isoformat())

    def choose(self, label: str, text: str) -> None:
        """Choose the entry of a list that begins so."""
        field = self.page.get_by_label(label, exact=True)
        entries = field.locator("option").all_inner_texts()
        field.select_option(label=next(entry for entry in entries if entry.startswith(text)))

    def upload(self, label: str, file: Path) -> None:
        """Drop a file at the edge of the zone around a field, as it comes out of a folder's window."""
        field = self.page.get_by_label(label, exact=True)
        field.scroll_into_view_if_needed()
        box = field.locator("xpath=..").bounding_box()
        assert box is not None
        place = {"x": box["x"] + box["width"] - 6, "y": box["y"] + box["height"] - 6}
        held = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
        session = self.page.context.new_cdp_session(self.page)
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": held})
        session.detach()
        assert field.evaluate("one => one.files.length") == 1, f"{label}: nothing lies there"

    def download(self, name: str) -> bytes:
        """Follow a link that gives a file; return what is in it."""
        with self.page.expect_download() as got:
            self.press(name)
        return Path(got.value.path()).read_bytes()

    def _at(self, control: Locator) -> None:
        control.first.click()


class Keyboard(Mouse):
    """A person who presses keys alone, and must see where the focus is."""

    def write(self, label: str, text: str) -> None:
        """Walk to a field, take what is in it, and write."""
        self._walk(self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def date(self, label: str, day: date) -> None:
        """Walk to a day and type its figures; day and month alike, for their order is the browser's own."""
        assert day.day == day.month
        self._walk(self.page.get_by_label(label, exact=True))
        self.page.keyboard.type(f"{day:%d%m%Y}")

    def choose(self, label: str, text: str) -> None:
        """Walk to a list and type how the entry begins, as lists take it."""
        field = self.page.get_by_label(label, exact=True)
        self._walk(field)
        self.page.keyboard.type(text)
        chosen = field.evaluate("one => one.selectedOptions[0].textContent")
        assert chosen.startswith(text), f"{label}: {chosen}"

    def upload(self, label: str, file: Path) -> None:
        """Walk to a file field and open its dialogue."""
        self._walk(self.page.get_by_label(label, exact=True))
        with self.page.expect_file_chooser() as asked:
            self.page.keyboard.press("Space")
        asked.value.set_files(file)

    def _at(self, control: Locator) -> None:
        self._walk(control.first)
        self.page.keyboard.press("Enter")

    def _walk(self, control: Locator) -> None:
        """Press the tab key until a control has the focus, and look whether it shows."""
        control.wait_for()
        for _ in range(MOST_STOPS):
            if control.evaluate(FOCUSED):
                assert control.evaluate(VISIBLE), f"the focus does not show on {control}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {control}")
