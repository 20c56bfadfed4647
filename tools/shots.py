"""Look at pages: `python tools/shots.py today --login zhoumin` writes PNGs of a running Binzhi.

    python tools/shots.py /h/lakeside/today /h/lakeside/rooms --login zhoumin --password … --all
    python tools/shots.py "/ui/styleguide?page=rack" --size 1440x900 --theme dark --lang en

Files go to var/shots/ (git-ignored): <page>-<size>-<theme>-<language>.png. Violations of the content security policy,
script errors and failed requests are printed and make the exit status 1.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.chromium import FLAGS, find_chromium

SIZES = {"desk": (1440, 900), "phone": (390, 844)}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", help="paths, /h/lakeside/today")
    parser.add_argument("--base", default=f"http://127.0.0.1:{os.environ.get('BINZHI_PORT', '8000')}")
    parser.add_argument("--login", default="", help="sign-in name; none for public pages")
    parser.add_argument("--password", default=os.environ.get("BINZHI_SHOT_PASSWORD", ""))
    parser.add_argument("--size", action="append", help="desk, phone or 1440x900; may be repeated")
    parser.add_argument("--theme", action="append", choices=["light", "dark"])
    parser.add_argument("--lang", action="append", choices=["zh-hans", "en"])
    parser.add_argument("--all", action="store_true", help="both sizes, both themes")
    parser.add_argument("--full", action="store_true", help="the whole page, not only the first screen")
    parser.add_argument(
        "--click", action="append", default=[], help="a selector to click before the picture, or key:F2"
    )
    parser.add_argument("--fill", action="append", default=[], help="selector=text")
    parser.add_argument("--name", default="", help="file name instead of one made from the path")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("BINZHI_HOME", "var")) / "shots")
    return parser.parse_args()


def size_of(text: str) -> tuple[int, int]:
    if text in SIZES:
        return SIZES[text]
    width, height = text.split("x")
    return int(width), int(height)


def sign_in(page: Page, base: str, login: str, password: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def watch(page: Page, troubles: list[str]) -> None:
    page.on("console", lambda message: troubles.append(f"console: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("requestfailed", lambda request: troubles.append(f"request: {request.url} {request.failure}"))


def shoot(context: BrowserContext, options: argparse.Namespace, path: str, file: Path) -> list[str]:
    troubles: list[str] = []
    page = context.new_page()
    watch(page, troubles)
    page.goto(options.base + path)
    page.wait_for_load_state("networkidle")
    for pair in options.fill:
        selector, text = pair.split("=", 1)
        page.click(selector)
        page.keyboard.type(text, delay=20)
    for action in options.click:
        if action.startswith("key:"):
            page.keyboard.press(action[4:])
        else:
            page.click(action)
    page.wait_for_timeout(300)
    if options.full:
        # The desk's page scrolls inside; let it grow so that everything is in the picture.
        height = page.evaluate(
            "Math.max(document.documentElement.scrollHeight, (document.querySelector('#main')?.scrollHeight ?? 0) + 60)"
        )
        page.set_viewport_size({"width": page.viewport_size["width"], "height": min(height, 6000)})  # type: ignore[index]
    page.screenshot(path=str(file))
    # Measured against the screen: a phone zooms out of a page that is too wide, and its innerWidth with it.
    if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:  # type: ignore[index]
        troubles.append("the page is wider than the screen")
    page.close()
    return troubles


def main() -> int:
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    sizes = options.size or (["desk", "phone"] if options.all else ["desk"])
    themes = options.theme or (["light", "dark"] if options.all else ["light"])
    languages = options.lang or ["zh-hans"]
    browser_found = find_chromium()
    failed = False
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for size, theme, language in product(sizes, themes, languages):
            width, height = size_of(size)
            phone = width < 768
            context = playwright.chromium.launch_persistent_context(
                f"{profile}/{size}-{theme}-{language}",
                executable_path=browser_found.path,
                # Native date inputs speak the language of the browser, not of the page.
                env={
                    **os.environ,
                    **browser_found.environment,
                    "LANGUAGE": "zh_CN" if language == "zh-hans" else "en_GB",
                },
                args=[*FLAGS, "--lang=zh-CN" if language == "zh-hans" else "--lang=en-GB"],
                viewport={"width": width, "height": height},
                device_scale_factor=1.5 if phone else 1,
                is_mobile=phone,
                has_touch=phone,
                locale="zh-CN" if language == "zh-hans" else "en-GB",
            )
            context.add_cookies(
                [
                    {"name": "binzhi_theme", "value": theme, "url": options.base},
                    {"name": "binzhi_language", "value": language, "url": options.base},
                ]
            )
            if options.login:
                sign_in(context.new_page(), options.base, options.login, options.password)
            for path in options.pages:
                parts = urlsplit(path)
                name = options.name or re.sub(r"[^\w]+", "-", f"{parts.path}-{parts.query}").strip("-") or "home"
                file = options.out / f"{name}-{size}-{theme}-{language}.png"
                for trouble in shoot(context, options, path, file):
                    failed = True
                    print(f"{path} [{size} {theme}]: {trouble}", file=sys.stderr)
                print(file)
            context.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
