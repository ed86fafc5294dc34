"""Pages opened in a real headless browser, which has no network."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no browser: apt-get install chromium")
OFFLINE = ["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking"]
SOFTWARE = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]  # no graphics card
COMMAND = [BROWSER, "--headless", "--no-sandbox", *OFFLINE, *SOFTWARE, "--window-size=600,500"]


def opened(page, *options):
    """What the browser writes of a page, whose script runs into no error."""
    with tempfile.TemporaryDirectory() as profile:
        run = subprocess.run(
            [*COMMAND, "--enable-logging=stderr", f"--user-data-dir={profile}", *options, page.as_uri()],
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
    assert not re.search(r"CONSOLE.*(Uncaught|Error)", run.stderr)
    return run.stdout


def picture(page, milliseconds):
    """What a page looks like so much of its own time after it was opened, (height, width, 3)."""
    shot = page.with_suffix(f".{milliseconds}.png")
    opened(page, f"--virtual-time-budget={milliseconds}", f"--screenshot={shot}")
    return np.asarray(Image.open(shot).convert("RGB"), dtype=int)


def used(page, script):
    """What a script returns that uses a page as somebody would, whose console stays empty and who fetches
    nothing.

    Args:
        page: a file.
        script: the body of an asynchronous function of JavaScript.
    """
    with _browser() as tell:
        target = tell("Target.createTarget", url="about:blank")["targetId"]
        tell.session = tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            tell(f"{domain}.enable")
        tell("Page.navigate", url=page.as_uri())
        tell.wait_for("Page.loadEventFired")
        answer = tell(
            "Runtime.evaluate",
            expression=f"(async () => {{ {script} }})()",
            awaitPromise=True,
            returnByValue=True,
        )
    complaints = tell.complaints(page.as_uri())
    assert not complaints, complaints
    assert "exceptionDetails" not in answer, answer
    return answer["result"]["value"]


@contextmanager
def _browser():
    """One that is told what to do through pipes, in the DevTools protocol."""
    orders, answers = os.pipe(), os.pipe()

    def where_it_looks_for_them():
        os.dup2(orders[0], 3)
        os.dup2(answers[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        run = subprocess.Popen(
            [*COMMAND, "--remote-debugging-pipe", f"--user-data-dir={profile}"],
            preexec_fn=where_it_looks_for_them,
            pass_fds=(3, 4),
            stderr=subprocess.DEVNULL,
        )
        os.close(orders[0])
        os.close(answers[1])
        with open(orders[1], "wb") as sink, open(answers[0], "rb") as source:
            try:
                yield _Orders(sink, source)
            finally:
                run.terminate()
                run.wait(60)


class _Orders:
    """Orders given and events heard."""

    def __init__(self, sink, source):
        self._sink, self._source, self._last = sink, source, 0
        self.session, self.events = None, []

    def __call__(self, method, **parameters):
        self._last += 1
        order = {"id": self._last, "method": method, "params": parameters}
        if self.session:
            order["sessionId"] = self.session
        self._sink.write(json.dumps(order).encode() + b"\0")
        self._sink.flush()
        while (said := self._hear()).get("id") != self._last:
            pass
        assert "error" not in said, said
        return said["result"]

    def wait_for(self, event):
        while not any(each["method"] == event for each in self.events):
            self._hear()

    def complaints(self, address):
        """What the page says on its console, and what it asks others for."""
        found = []
        for each in self.events:
            kind, about = each["method"], each["params"]
            if kind in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
                found.append(json.dumps(about))
            if kind == "Network.requestWillBeSent":
                asked = about["request"]["url"]
                found += [] if asked == address or asked.startswith("data:") else [asked]
        return found

    def _hear(self):
        said = b""
        while not said.endswith(b"\0"):
            byte = self._source.read(1)
            assert byte, "the browser has ended"
            said += byte
        message = json.loads(said[:-1])
        if "method" in message:
            self.events.append(message)
        return message
