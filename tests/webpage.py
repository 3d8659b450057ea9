"""The example page in a real browser without a window, its `navigator.bluetooth` a clip that plays what it is given."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "examples" / "web-bluetooth"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIETLY = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
           "--disable-background-networking", "--disable-component-update", "--hide-scrollbars")  # fmt: skip
# What a page sees of Bluetooth, by the Web Bluetooth specification: requestDevice, gatt, services, characteristics.
FAKE = """
<script>
const PLAYED = %s, FIRST_STATUS = %s, FAILING = %s, PAIRING = %s;
const view = (hex) => new DataView(Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16)).buffer);
const radio = {asked: null, written: [], reads: [], bonded: false, all: {}};
class Characteristic extends EventTarget {
  constructor(uuid) { super(); this.uuid = uuid; this.told = false; }
  async startNotifications() { this.told = true; return this; }
  async readValue() {
    radio.reads.push(this.uuid);
    if (this.uuid.startsWith("b5d10006")) {
      if (!PAIRING) throw new DOMException("GATT operation not permitted.", "NetworkError");
      radio.bonded = true;
    }
    return view(FIRST_STATUS);
  }
  async writeValueWithResponse(bytes) {
    radio.written.push([...bytes]);
    const [, code, low, high] = bytes;
    const hex = (n) => n.toString(16).padStart(2, "0");
    radio.all[this.uuid].give("17" + hex(code) + hex(low) + hex(high) + hex(radio.bonded ? 0 : FAILING));
  }
  give(message) {
    if (!this.told) return;
    this.value = view(message);
    this.dispatchEvent(new Event("characteristicvaluechanged"));
  }
}
const service = {async getCharacteristic(uuid) { return radio.all[uuid] ||= new Characteristic(uuid); }};
const device = Object.assign(new EventTarget(), {name: "hipdrop"});
device.gatt = {async connect() { return {async getPrimaryService(uuid) { radio.service = uuid; return service; }}; }};
Object.defineProperty(navigator, "bluetooth", {value: {async requestDevice(how) {
  radio.asked = how;
  if (FAILING === 255) throw new DOMException("User cancelled the requestDevice() chooser.", "NotFoundError");
  return device;
}}});
</script>"""
PLAY = """
<pre id="told"></pre><script>
addEventListener("load", async () => {
  const press = async (id) => { $(id).click(); await new Promise((done) => setTimeout(done, 50)); };
  await press("connect");
  if (FAILING !== 255) {
    if (%s) await press("pelvis");
    for (const [uuid, message] of PLAYED) radio.all[uuid].give(message);
    if (%s) device.dispatchEvent(new Event("gattserverdisconnected"));
  }
  const text = (id) => document.getElementById(id).textContent;
  const ids = ["state", "left-now", "right-now", "left-level", "right-level", "left-fresh", "right-fresh", "cadence",
               "battery", "log", "answer", "name"];
  const seen = Object.fromEntries(ids.map((id) => [id, text(id)]));
  seen.mood = $("state").className;
  seen.dots = document.querySelectorAll("#steps circle, #steps rect").length;
  const points = document.querySelector("#trace polyline")?.getAttribute("points") || "";
  seen.points = points.split(" ").filter(Boolean).length;
  seen.lines = document.querySelectorAll("#steps line.fresh").length;
  seen.radio = {asked: radio.asked, written: radio.written, reads: radio.reads, service: radio.service};
  seen.wide = document.documentElement.scrollWidth > innerWidth;
  seen.trace = shown.trace;
  if (%s) $("told").append(JSON.stringify(seen));
});
</script>"""


def browser() -> str | None:
    """Name the browser that is there."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def write(
    folder: Path, played: Sequence[tuple[str, bytes]], status: bytes, *, answer: int = 0, pelvis: bool = False,
    lost: bool = False, told: bool = True, pairing: bool = False,
) -> str:  # fmt: skip
    """Put the page with its clip into a folder; give its address."""
    for name in ("wire.js", "page.js"):
        shutil.copy(PAGE / name, folder)
    messages = json.dumps([(uuid, message.hex()) for uuid, message in played])
    fake = FAKE % (messages, json.dumps(status.hex()), answer, json.dumps(pairing))
    play = PLAY % tuple(json.dumps(one) for one in (pelvis, lost, told))
    page = (PAGE / "index.html").read_text("utf-8")
    page = page.replace("<head>", "<head>" + fake).replace("</body>", play + "</body>")
    (folder / "index.html").write_text(page, "utf-8")
    return (folder / "index.html").as_uri()


def seen(program: str, folder: Path, address: str, *options: str) -> dict[str, Any]:
    """Open the page, and give what it shows when all is played."""
    command = [program, *QUIETLY, "--virtual-time-budget=4000", f"--user-data-dir={folder / 'profile'}", *options]
    done = subprocess.run([*command, "--dump-dom", address], capture_output=True, text=True, check=True, timeout=120)
    told = re.search(r'<pre id="told">(.+?)</pre>', done.stdout, re.DOTALL)
    assert told is not None, done.stderr[-800:]
    found: dict[str, Any] = json.loads(html.unescape(told[1]))
    return found


def photograph(program: str, folder: Path, address: str, picture: Path, *options: str) -> None:
    """Make a picture of the page when all is played."""
    command = [program, *QUIETLY, "--virtual-time-budget=4000", f"--user-data-dir={folder / 'profile'}", *options]
    subprocess.run(
        [*command, "--window-size=460,1000", f"--screenshot={picture}", address],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
