"""How a person works a page: with a mouse, or with the keyboard alone."""

from pathlib import Path
from typing import Protocol

from playwright.sync_api import Error, Locator, Page

FAR = 400  # more stops than any page has
OPTIONS = 30
A_WHILE = 15_000  # milliseconds


class Hands(Protocol):
    def press(self, target: Locator) -> None: ...
    def write(self, target: Locator, text: str) -> None: ...
    def tick(self, target: Locator) -> None: ...
    def choose(self, target: Locator, label: str) -> None: ...
    def attach(self, target: Locator, file: Path) -> None: ...


class Mouse:
    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def tick(self, target: Locator) -> None:
        target.check()

    def choose(self, target: Locator, label: str) -> None:
        """By how the option begins."""
        whole = target.locator("option", has_text=label).first.text_content() or ""
        target.select_option(label=whole.strip())

    def attach(self, target: Locator, file: Path) -> None:
        target.set_input_files(file)


class Keys:
    """Tab, arrows, Space, Enter and typing. What Tab does not reach cannot be used."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def tick(self, target: Locator) -> None:
        """Radio buttons are one stop: from there, arrows choose."""
        if target.get_attribute("type") != "radio":
            self._reach(target)
            self.page.keyboard.press("Space")
            return
        self._reach(
            target, "el => document.activeElement.type === 'radio' && document.activeElement.name === el.name"
        )
        for _option in range(OPTIONS):
            if target.is_checked():
                return
            self.page.keyboard.press("Space" if self._is_at(target) else "ArrowDown")
        raise AssertionError(f"the arrows do not reach {target}")

    def choose(self, target: Locator, label: str) -> None:
        self._reach(target)
        self.page.keyboard.type(label)

    def attach(self, target: Locator, file: Path) -> None:
        """A browser short of processor time may miss the key: somebody would press it again."""
        for key in ("Enter", "Space", "Enter"):
            self._reach(target)
            try:
                with self.page.expect_file_chooser(timeout=A_WHILE) as chooser:
                    self.page.keyboard.press(key)
            except Error:
                continue
            chooser.value.set_files(file)
            return
        raise AssertionError("no key opens the choice of a file")

    def _reach(self, target: Locator, there: str = "el => el === document.activeElement") -> None:
        for _stop in range(FAR):
            if target.evaluate(there):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")

    def _is_at(self, target: Locator) -> bool:
        return bool(target.evaluate("el => el === document.activeElement"))
