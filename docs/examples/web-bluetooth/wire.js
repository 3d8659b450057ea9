// Reads what a clip sends, by docs/wire-format.md; nothing here knows of the page or of Bluetooth.
"use strict";

const Wire = (() => {
  const uuid = (n) => `b5d1${n}-6c7a-4f0e-9a52-7d3f48c1e2a6`;
  const UUID = {service: uuid("0000"), data: uuid("0001"), control: uuid("0002"), info: uuid("0003"),
                status: uuid("0004"), events: uuid("0005"), key: uuid("0006")};
  const VERSION = 1;
  const KIND = {tilt: 2, status: 3, info: 5, command: 6, answer: 7, event: 8};
  const COMMAND = {start: 1, stop: 2};
  const STREAM_TILT = 2;
  const HEADER_BYTES = 12, TILT_BYTES = 10;
  const SIDES = ["", "left", "right", "both"];
  const EVENTS = ["", "step", "baseline", "raised", "cleared", "withheld", "sides", "slipped", "activity", "mark", "run"];
  const TURN = 0x200;  // the one flag of a step with which it still counts for the mean of both legs
  const NOT_PAIRED = 15;
  const WITHHELD_HOSTED = 8;
  const RESULTS = {4: "another stream runs", 5: "the connection's packets are too small", 6: "the clip does not know how it sits",
                   11: "the sensor does not answer", 12: "the battery is empty",
                   [NOT_PAIRED]: "it needs a bond: press the clip's button three times, then try again"};

  // Gives the kind of a message, 0 for what is none of this version.
  function kind(view) {
    return view.byteLength && view.getUint8(0) >> 4 === VERSION ? view.getUint8(0) & 0x0f : 0;
  }

  // Gives the samples of a tilt frame: when (device microseconds), obliquity and tilt in degrees, vertical in g.
  function tilt(view) {
    if (kind(view) !== KIND.tilt || (view.byteLength - HEADER_BYTES) % TILT_BYTES) return null;
    const samples = [];
    for (let at = HEADER_BYTES; at < view.byteLength; at += TILT_BYTES) {
      samples.push({obliquityDeg: view.getInt16(at, true) / 100, tiltDeg: view.getInt16(at + 2, true) / 100,
                    verticalG: view.getInt16(at + 4, true) / 1000});
    }
    return {sequence: view.getUint16(2, true), index: view.getUint32(4, true), samples};
  }

  const degrees = (value) => value === -32768 ? NaN : value / 100;

  // Gives an event by name; null for what is none.
  function event(view) {
    if (kind(view) !== KIND.event || view.byteLength < 20) return null;
    const name = EVENTS[view.getUint8(1)] || "";
    const found = {name, sequence: view.getUint16(2, true), index: view.getUint32(4, true),
                   side: SIDES[view.getUint8(8)] || "", detail: view.getUint8(9)};
    const [a, b, c, d] = [view.getInt16(12, true), view.getInt16(14, true), view.getInt16(16, true), view.getUint16(18, true)];
    if (name === "step") {
      const flags = view.getUint16(10, true);
      Object.assign(found, {flags, counts: flags === 0, inTurn: flags === TURN, dropDeg: degrees(a), levelDeg: degrees(b),
                            cadenceSpm: c / 10, stepMs: d});
    } else if (name === "baseline") {
      Object.assign(found, {left: degrees(a), right: degrees(b), both: degrees(c), steps: d});
    } else {
      Object.assign(found, {levelDeg: degrees(a), referenceDeg: degrees(b), excessDeg: degrees(c), number: d});
    }
    return found;
  }

  // Gives what a status frame tells of battery, log and what the clip does by itself; null for what is none.
  function status(view) {
    if (kind(view) !== KIND.status || view.byteLength < 80) return null;
    const alone = view.byteLength >= 108;
    return {stream: view.getUint8(16), batteryPercent: view.getUint8(17) === 255 ? NaN : view.getUint8(17),
            mounted: view.getUint32(72, true) !== 0, recording: alone && view.getUint8(80) === 1,
            reason: alone ? view.getUint8(81) : 1, run: alone ? view.getUint16(84, true) : 0,
            alerts: alone ? view.getUint16(86, true) : 0, detecting: alone && (view.getUint8(105) & 1) !== 0,
            learning: alone && (view.getUint8(105) & 4) !== 0};
  }

  // Makes a command with its request number.
  function command(code, request, payload = []) {
    return new Uint8Array([VERSION << 4 | KIND.command, code, request & 255, request >> 8, ...payload]);
  }

  // Gives command, request number and result of an answer; null for what is none.
  function answer(view) {
    if (kind(view) !== KIND.answer || view.byteLength < 5) return null;
    const result = view.getUint8(4);
    return {command: view.getUint8(1), request: view.getUint16(2, true), result,
            words: result ? RESULTS[result] || `the clip refuses it (${result})` : ""};
  }

  return {UUID, COMMAND, STREAM_TILT, NOT_PAIRED, WITHHELD_HOSTED, kind, tilt, event, status, command, answer};
})();
