"""Looking at a page in a browser: when it stands still, what a reader with other senses would miss, a picture of it.

``JSI_PICTURES=folder`` keeps a picture of each page, to be looked at beside the reference.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Error as PlaywrightError

AXE = """colours => axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    rules: {'color-contrast': {enabled: colours}},
    resultTypes: ['violations'], preload: false,
})"""
# Two frames after everything is there, with no request of the page's own on its way. Waiting for the network to be
# idle instead costs half a second a page. Evaluated, not waited for: a predicate that promises counts as true at once.
SETTLED = """async patience => {
    const until = performance.now() + patience;
    const frame = () => new Promise(requestAnimationFrame);
    const busy = () => document.readyState !== 'complete'
        || document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added');
    do {
        if (performance.now() > until) throw new Error('the page does not stand still');
        await document.fonts.ready; await frame(); await frame();
    } while (busy());
}"""
PATIENCE_MS = 10_000


@lru_cache(maxsize=1)
def _axe() -> str:
    return (Path(settings.NODE_MODULES) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def settled(page: Any) -> None:
    """Wait until the page stands still, also where it is just being left for another."""
    for last in (False, False, True):
        try:
            page.evaluate(SETTLED, PATIENCE_MS)
            return
        except PlaywrightError as left:
            if last or "context was destroyed" not in str(left):
                raise
            page.wait_for_load_state()


def faults_of(page: Any, colours: bool = True) -> list[str]:
    """What axe finds on the page as it stands. Contrast, half of the work, is the same in the second language."""
    page.evaluate(_axe())
    found = page.evaluate(AXE, colours)["violations"]
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
