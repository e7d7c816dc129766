"""Builds the documentation and measures each page in headless Chromium: `make pages`.

At 1,280 pixels no block of a page may need a scroll bar. At 400 pixels, as on a phone, blocks may
scroll but the page itself may not. Commands must be copied without their prompts.

It needs Chromium (on Debian: `apt-get install chromium`), so it is not part of `make test`.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
DESKTOP, PHONE = 1280, 400  # pixels
PAGES_IN_A_RUN = 8  # few enough for the memory of a small machine
TIMEOUT = 300.0  # seconds for one run of the browser

# Each page loads in a frame. Its style sheets then see the width of the frame, and one run of the
# browser can measure many pages.
_HARNESS = """<!doctype html>
<meta charset="utf-8">
<pre id="measured"></pre>
<script>
const [pages, width] = [%(pages)s, %(width)s];

function measure(name, frame) {
  const page = frame.contentDocument;
  const style = frame.contentWindow.getComputedStyle.bind(frame.contentWindow);
  const found = { page: name, scrolling: [], copied: [] };
  found.excess = page.documentElement.scrollWidth - width;
  for (const block of page.querySelectorAll(".md-content *")) {
    const excess = block.scrollWidth - block.clientWidth;
    if (excess > 1 && ["auto", "scroll"].includes(style(block).overflowX))
      found.scrolling.push([excess, block.innerText.trim().slice(0, 60)]);
  }
  for (const code of page.querySelectorAll(".highlight code")) {
    code.setAttribute("data-md-copying", "");
    if (/^[$] /m.test(code.innerText)) found.copied.push(code.innerText.slice(0, 60));
    code.removeAttribute("data-md-copying");
  }
  return found;
}

async function run() {
  const all = [];
  for (const name of pages) {
    const frame = document.createElement("iframe");
    frame.style = `width: ${width}px; height: 900px; border: 0`;
    const loaded = new Promise(done => frame.addEventListener("load", done));
    frame.src = name;
    document.body.append(frame);
    await loaded;
    await new Promise(done => setTimeout(done, 300)); // scripts of the theme wrap tables
    all.push(measure(name, frame));
    frame.remove();
  }
  document.getElementById("measured").textContent = JSON.stringify(all);
}
run();
</script>
"""


def main() -> None:
    """Build, measure and report; exit with 1 if a page does not fit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="*", help="such as errors.html; all pages if left out")
    parser.add_argument("--shots", type=Path, metavar="FOLDER", help="also save screenshots here")
    given = parser.parse_args()
    browser = find_browser()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        build(site)
        pages: list[str] = given.pages or sorted(
            path.relative_to(site).as_posix() for path in site.rglob("*.html")
        )
        with served(site) as url:
            lines = [
                *faults(measured(browser, site, url, pages, DESKTOP), "block", DESKTOP),
                *faults(measured(browser, site, url, pages, PHONE), "page", PHONE),
            ]
            if given.shots:
                save_screenshots(browser, url, pages, given.shots)
    lines.append(f"{len(pages)} pages, {len(lines)} faults.")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(1 if len(lines) > 1 else 0)


def find_browser() -> str:
    """Return the path of Chromium, or exit with what to install."""
    for name in (os.environ.get("CHROMIUM", ""), *BROWSERS):
        if name and (path := shutil.which(name)):
            return path
    sys.exit("Chromium is missing: apt-get install chromium, or set CHROMIUM to its path.")


def build(site: Path) -> None:
    """Build the documentation; warnings are errors."""
    options = ("--strict", "--quiet", "--site-dir", str(site))
    command = [sys.executable, "-m", "mkdocs", "build", *options]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
        sys.exit("The documentation does not build.")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error free for what matters."""


@contextmanager
def served(site: Path) -> Generator[str, None, None]:
    """Serve a folder on the loopback interface, since pages in files cannot see their frames."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def measured(
    browser: str, site: Path, url: str, pages: list[str], width: int
) -> Iterator[dict[str, Any]]:
    """Measure pages at a width.

    Args:
        browser: The path of Chromium.
        site: The folder of the built pages.
        url: Where the folder is served.
        pages: The paths of the pages in the folder.
        width: The width in pixels.

    Yields:
        For each page: `page`, `excess` (how many pixels it is too wide), `scrolling` (blocks that
        are too wide, with pixels and text) and `copied` (commands with prompts).
    """
    harness = site / "measure.html"
    for start in range(0, len(pages), PAGES_IN_A_RUN):
        some = pages[start : start + PAGES_IN_A_RUN]
        harness.write_text(_HARNESS % {"pages": json.dumps(some), "width": width}, "utf-8")
        size = f"--window-size={width + 100},1000"
        budget = "--virtual-time-budget=60000"
        document = run(browser, size, budget, "--dump-dom", f"{url}/{harness.name}")
        found = re.search(r'<pre id="measured">(.+?)</pre>', document, re.DOTALL)
        if not found:
            sys.exit(f"Chromium measured nothing for {', '.join(some)}.")
        yield from json.loads(html.unescape(found[1]))
    harness.unlink()


def faults(found: Iterable[dict[str, Any]], what: str, width: int) -> Iterator[str]:
    """Describe what does not fit: too wide blocks or pages, and prompts that are copied."""
    for page in found:
        if page["excess"] > 0:
            yield f"{page['page']}: at {width} px the page is {page['excess']} px too wide"
        for excess, text in page["scrolling"] if what == "block" else ():
            yield f"{page['page']}: at {width} px a block is {excess} px too wide: {text!r}"
        for text in page["copied"] if what == "block" else ():
            yield f"{page['page']}: a prompt is copied: {text!r}"


def save_screenshots(browser: str, url: str, pages: Iterable[str], folder: Path) -> None:
    """Save what pages look like in a wide window."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        target = (folder / page.replace("/", "-")).with_suffix(".png")
        size = f"--window-size={DESKTOP},1600"
        run(browser, size, f"--screenshot={target.absolute()}", f"{url}/{page}")


def run(browser: str, *arguments: str) -> str:
    """Run Chromium once, with a profile that is removed afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [f"--user-data-dir={profile}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    if done.returncode:
        sys.exit(f"Chromium failed:\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
