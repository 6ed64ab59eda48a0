"""Looking at a page in a browser: when it stands still, what a reader with other senses would miss, a picture of it.

``JSI_PICTURES=folder`` keeps a picture of each page, to be looked at beside the reference.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

AXE = """{
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    resultTypes: ['violations'], preload: false,
}"""
# Two frames after everything is there, with no request of the page's own on its way. Waiting for the network to be
# idle instead costs half a second a page.
SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    if (document.readyState !== 'complete') return false;
    await document.fonts.ready; await frame(); await frame();
    return !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling');
}"""


@lru_cache(maxsize=1)
def _axe() -> str:
    return (Path(settings.NODE_MODULES) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def settled(page: Any) -> None:
    """Wait until the page stands still."""
    page.wait_for_function(SETTLED)


def faults_of(page: Any) -> list[str]:
    """What axe finds on the page as it stands."""
    page.evaluate(_axe())
    found = page.evaluate(f"axe.run(document, {AXE})")["violations"]
    return [
        f"{v['id']} ({v['impact']}): {n['html'][:160]} {n.get('failureSummary', '')[:160]}"
        for v in found
        for n in v["nodes"]
    ]


def picture(page: Any, name: str) -> None:
    folder = os.environ.get("JSI_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")
