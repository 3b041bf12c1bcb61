"""Opens a page in Chromium and asks it what a person would see."""

import sys
import time
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

#: WCAG 2.1, 1.4.3, for text of usual size.
CONTRAST = 4.5

#: All text with a contrast that is too low: its color against the nearest background that is not transparent.
LOW_CONTRAST = """
const channel = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 };
const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const color = text => (text.match(/[0-9.]+/g) || []).map(Number);
const low = [];
for (const element of document.querySelectorAll('main *')) {
  const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || element.closest('title')) continue;
  const style = getComputedStyle(element);
  const front = color(element.namespaceURI.endsWith('svg') ? style.fill : style.color);
  let back = null;
  for (let e = element; e && !back; e = e.parentElement) {
    const c = color(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) back = c;
  }
  const [a, b] = [light(front), light(back || [255, 255, 255])].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < arguments[0]) low.push(`${element.tagName} ${ratio.toFixed(2)} ${element.textContent.slice(0, 40)}`);
}
return low;
"""

#: What an injection would have left behind.
INJECTED = """
return {
  elements: [...document.querySelectorAll('script, img, iframe, a, form, object, embed')].map(e => e.outerHTML),
  handlers: [...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => a.name.startsWith('on')).length,
  executed: typeof window.pwned !== 'undefined',
  requests: performance.getEntriesByType('resource').map(e => e.name)};
"""

#: What a program that reads the page aloud needs.
UNLABELED = """
return [...document.querySelectorAll('svg[role=img]:not([aria-label]), table:not(:has(th[scope])), .scroll:not([aria-label])')]
  .map(e => e.outerHTML.slice(0, 80)).concat(document.documentElement.lang ? [] : ['no language'],
  document.title ? [] : ['no title']);
"""

#: How many expectations were met, and how many were not.
counts = [0, 0]


def expect(what: str, got: Any, wanted: Any) -> None:
    """Says whether it is so."""
    counts[got != wanted] += 1
    if got == wanted:
        print(f"ok    {what}")
    else:
        print(f"FAIL  {what}: {wanted!r} expected, {got!r} got")


def main() -> int:
    """Looks at the page at two widths, light and dark."""
    page, pictures = Path(sys.argv[1]), Path(sys.argv[2])
    options = Options()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        for width in (400, 1600):
            for scheme in ("light", "dark"):
                browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                    "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
                browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                    "features": [{"name": "prefers-color-scheme", "value": scheme}]})
                started = time.monotonic()
                browser.get(page.as_uri())
                name = f"{width} px, {scheme}"
                expect(f"{name}: it is there at once", time.monotonic() - started < 5, True)
                expect(f"{name}: nothing is wider than the screen",
                       browser.execute_script("return document.documentElement.scrollWidth"), width)
                expect(f"{name}: all text has contrast", browser.execute_script(LOW_CONTRAST, CONTRAST), [])
                expect(f"{name}: all has labels", browser.execute_script(UNLABELED), [])
                expect(f"{name}: nothing of a site's is more than text", browser.execute_script(INJECTED), {
                    "elements": [], "handlers": 0, "executed": False, "requests": []})
                expect(f"{name}: the console is empty", browser.get_log("browser"), [])
                shown = browser.execute_script("return document.body.innerText")
                expect(f"{name}: the hostile script is shown", "<script>pwned=1</script>" in shown, True)
                browser.save_screenshot(str(pictures / f"{width}-{scheme}.png"))
    finally:
        browser.quit()
    print(f"{counts[0]} passed, {counts[1]} failed")
    return 1 if counts[1] else 0


sys.exit(main())
