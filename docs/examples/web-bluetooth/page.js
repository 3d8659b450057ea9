// The page: connects to a clip, shows drop and state. Everything stays in this browser.
"use strict";

const $ = (id) => document.getElementById(id);
const MOST_STEPS = 400;
const MOST_TRACE = 416;  // samples: 4 s
const REASONS = ["waits until you run", "switched off in its settings", "its flash is full: fetch the runs with hipdrop clip sync",
                 "its sensor cannot wait for the flash", "it does not know how it sits: hipdrop calibrate mount",
                 "its battery is low", "its flash does not answer", "a run is being fetched", "ended by its button"];
const LEGS = {left: "left leg: right hip drops", right: "right leg: left hip drops", both: "both hips drop"};

const BUZZ = {left: [500], right: [160, 160, 160], both: [500, 320, 160, 160, 160]};  // ms, as the clip's own

const shown = {steps: [], trace: [], fresh: null, alert: "", clearDeg: NaN, device: null, control: null, key: null, paired: false, streaming: false, request: 0};

function say(text, mood) {
  $("state").textContent = text;
  $("state").className = mood;
}

function onStatus(view) {
  const found = Wire.status(view);
  if (!found) return;
  $("battery").textContent = Number.isNaN(found.batteryPercent) ? "" : `battery ${found.batteryPercent} %`;
  $("log").textContent = found.recording ? `recording run ${found.run}` : `not recording: ${REASONS[found.reason] || "see its status"}`;
  if (shown.alert) return;
  if (!found.detecting) say("connected; no run on the clip", "calm");
  else if (found.learning) say("learning your fresh level", "calm");
  else say("running as when fresh", "good");
}

function onEvent(view) {
  const found = Wire.event(view);
  if (!found) return;
  if (found.name === "step") onStep(found);
  else if (found.name === "baseline") onBaseline(found);
  else if (found.name === "cleared") onCleared();
  else if (found.name === "raised" || (found.name === "withheld" && found.detail === Wire.WITHHELD_HOSTED)) onAlert(found);
  else if (found.name === "slipped") {
    shown.fresh = null;
    say("the clip has moved; it learns anew", "trouble");
  }
  draw();
}

// While this page takes the stream, the clip leaves the alerts to it: then the page says when it is over, too.
function onAlert(found) {
  if (found.name === "withheld" && shown.alert) return;  // one thing at a time
  shown.alert = found.side;
  shown.clearDeg = found.name === "withheld" ? found.referenceDeg + found.excessDeg / 2 : NaN;
  say(`${LEGS[found.side]} ${found.excessDeg.toFixed(1)}° more than fresh`, "alert");
  if (found.name === "withheld" && navigator.vibrate) navigator.vibrate(BUZZ[found.side]);
}

function onCleared() {
  shown.alert = "";
  say("the drop is back, well done", "good");
}

function onStep(step) {
  if (step.side === shown.alert && step.levelDeg < shown.clearDeg) onCleared();
  shown.steps.push(step);
  if (shown.steps.length > MOST_STEPS) shown.steps.shift();
  if (!Number.isNaN(step.dropDeg)) $(`${step.side}-now`).textContent = step.dropDeg.toFixed(1);
  if (!Number.isNaN(step.levelDeg)) $(`${step.side}-level`).textContent = `of late ${step.levelDeg.toFixed(1)}°`;
  $("cadence").textContent = step.cadenceSpm > 0 ? `${Math.round(step.cadenceSpm)} steps a minute` : "";
}

function onBaseline(found) {
  shown.fresh = {left: found.left, right: found.right};
  for (const side of ["left", "right"]) {
    const level = shown.fresh[side];
    $(`${side}-fresh`).textContent = Number.isNaN(level) ? "" : `fresh ${level.toFixed(1)}°`;
  }
  if (!shown.alert) say("running as when fresh", "good");
}

function onData(view) {
  const frame = Wire.tilt(view);
  if (!frame) return;
  shown.trace.push(...frame.samples.map((sample) => sample.obliquityDeg));
  shown.trace.splice(0, Math.max(0, shown.trace.length - MOST_TRACE));
  draw();
}

// ---- drawing: the drop of each counted step, and the pelvis as it tilts now

function scaled(values, low, high, width, height, margin = 0) {
  const x = (k) => margin + (k + 0.5) * (width - margin) / Math.max(values.length, 1);
  const y = (v) => height - (v - low) / (high - low) * height;
  return {x, y};
}

function draw() {
  drawSteps();
  drawTrace();
}

function drawSteps() {
  const steps = shown.steps.filter((step) => step.counts && !Number.isNaN(step.dropDeg));
  const high = Math.max(8, ...steps.map((step) => step.dropDeg)) + 1;
  const {x, y} = scaled(steps, 0, high, 600, 200, 36);
  const dots = steps.map((step, k) => step.side === "left"
    ? `<circle class="left" cx="${x(k).toFixed(1)}" cy="${y(step.dropDeg).toFixed(1)}" r="3.5"/>`
    : `<rect class="right" x="${(x(k) - 3).toFixed(1)}" y="${(y(step.dropDeg) - 3).toFixed(1)}" width="6" height="6"/>`);
  const lines = shown.fresh ? ["left", "right"].filter((side) => !Number.isNaN(shown.fresh[side])).map((side) =>
    `<line class="fresh ${side}" x1="0" x2="600" y1="${y(shown.fresh[side]).toFixed(1)}" y2="${y(shown.fresh[side]).toFixed(1)}"/>`) : [];
  const scale = [0, 5, 10, 15, 20].filter((deg) => deg < high).map((deg) =>
    `<line class="level" x1="0" x2="600" y1="${y(deg).toFixed(1)}" y2="${y(deg).toFixed(1)}"/>` +
    `<text x="4" y="${(y(deg) - 3).toFixed(1)}">${deg}°</text>`);
  $("steps").innerHTML = [...scale, ...lines, ...dots].join("");
}

function drawTrace() {
  const {x, y} = scaled(shown.trace, -15, 15, 600, 120);
  const points = shown.trace.map((v, k) => `${x(k).toFixed(1)},${y(Math.max(-15, Math.min(15, v))).toFixed(1)}`);
  $("trace").innerHTML = '<line class="level" x1="0" x2="600" y1="60" y2="60"/>' +
    (points.length > 1 ? `<polyline points="${points.join(" ")}"/>` : "");
}

// ---- Bluetooth

async function follow(service, name, take) {
  const found = await service.getCharacteristic(Wire.UUID[name]);
  found.addEventListener("characteristicvaluechanged", (happened) => take(happened.target.value));
  await found.startNotifications();
  return found;
}

async function connect() {
  if (!navigator.bluetooth) {
    say("this browser has no Web Bluetooth: take Chrome or Edge, over https", "trouble");
    return;
  }
  try {
    shown.device = await navigator.bluetooth.requestDevice({filters: [{services: [Wire.UUID.service]}]});
    shown.device.addEventListener("gattserverdisconnected", onLost);
    await join();
  } catch (error) {
    say(error.name === "NotFoundError" ? "no clip chosen" : `no connection: ${error.message}`, "trouble");
  }
}

async function join() {
  say("connecting", "calm");
  const server = await shown.device.gatt.connect();
  const service = await server.getPrimaryService(Wire.UUID.service);
  await follow(service, "status", onStatus);
  await follow(service, "events", onEvent);
  await follow(service, "data", onData);
  shown.control = await follow(service, "control", onAnswer);
  shown.key = await service.getCharacteristic(Wire.UUID.key);
  shown.paired = false;
  onStatus(await (await service.getCharacteristic(Wire.UUID.status)).readValue());
  $("name").textContent = shown.device.name || "";
  $("connect").hidden = true;
  $("pelvis").hidden = false;
}

async function onLost() {
  shown.control = null;
  shown.streaming = false;
  $("pelvis").textContent = "Show the pelvis";
  $("connect").hidden = false;
  $("pelvis").hidden = true;
  say("the clip is out of reach; it goes on by itself", "trouble");
}

async function onAnswer(view) {
  const answer = Wire.answer(view);
  if (!answer || answer.request !== shown.request) return;
  if (answer.result === Wire.NOT_PAIRED && !shown.paired && await pair()) return;
  if (answer.words && answer.command === Wire.COMMAND.start) {
    shown.streaming = false;
    $("pelvis").textContent = "Show the pelvis";
  }
  $("answer").textContent = answer.words ? `the pelvis cannot be shown: ${answer.words}` : "";
}

// Reads what only a bond may read: that makes the system pair, if the clip's pairing window is open. Then asks again.
async function pair() {
  try {
    await shown.key.readValue();
    shown.paired = true;
    await showPelvis();
    return true;
  } catch {
    return false;
  }
}

async function ask(code, payload) {
  shown.request = (shown.request + 1) % 65536;
  await shown.control.writeValueWithResponse(Wire.command(code, shown.request, payload));
}

async function showPelvis() {
  shown.streaming = true;
  $("pelvis").textContent = "Hide the pelvis";
  await ask(Wire.COMMAND.start, [Wire.STREAM_TILT, 0]);
}

async function hidePelvis() {
  shown.streaming = false;
  $("pelvis").textContent = "Show the pelvis";
  await ask(Wire.COMMAND.stop, []);
}

$("connect").addEventListener("click", connect);
$("pelvis").addEventListener("click", () => shown.streaming ? hidePelvis() : showPelvis());
draw();
