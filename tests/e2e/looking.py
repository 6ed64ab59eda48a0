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
# Text that does not fit where it stands and has no title to tell it whole; on buttons, heads and tags not even with one.
# A select tells how wide its choice is only through a canvas; beside the words stands its arrow.
CUT = """() => {
    const cut = [];
    const tell = (e, text) => cut.push(`cut off: ${e.tagName.toLowerCase()}.${e.className} "${text.trim().slice(0, 60)}"`);
    const pen = document.createElement('canvas').getContext('2d');
    for (const e of document.querySelectorAll('body *')) {
        const style = getComputedStyle(e);
        if (!e.checkVisibility({visibilityProperty: true}) || e.closest('.unseen, svg, .skip')) continue;
        const whole = e.closest('[title]') && !e.matches('.btn, th, .st, .tabs a, summary');
        if (e.tagName === 'SELECT') {
            pen.font = style.font;
            const text = e.selectedOptions[0]?.text ?? '';
            const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
            if (!whole && e.size < 2 && pen.measureText(text).width > room - (style.appearance === 'none' ? 0 : 14)) tell(e, text);
        } else if (e.tagName === 'INPUT') {
            if (!whole && /^(text|search)$/.test(e.type) && e.scrollWidth > e.clientWidth + 1) tell(e, e.value);
        } else if (/hidden|clip/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1 && e.innerText?.trim() && !whole) {
            tell(e, e.innerText);
        }
    }
    return cut;
}"""
UNNAMED = """() => [...document.querySelectorAll('main :is(input:not([type=hidden]), select, textarea)')].filter(
    e => e.checkVisibility() && !e.labels?.length && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')
).map(e => `without a label: ${e.name || e.id}`)"""
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
    """What axe finds on the page as it stands, and text that is cut off or a field without a name.

    Contrast, half of the work, is the same in the second language.
    """
    page.evaluate(_axe())
    found = page.evaluate(AXE, colours)["violations"]
    told = [
        f"{v['id']} ({v['impact']}): {n['html'][:160]} {n.get('failureSummary', '')[:160]}"
        for v in found
        for n in v["nodes"]
    ]
    return told + page.evaluate(CUT) + page.evaluate(UNNAMED)


def picture(page: Any, name: str) -> None:
    folder = os.environ.get("JSI_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")
