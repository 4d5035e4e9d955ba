// Draws the portal: its tables with what came and went since the beginning, and the calls it received.

import { el } from "./blockkit.js";
import { fill } from "./words.js";

export function drawTable(table, before) {
  const now = new Map(table.rows.map((row) => [row[0], row]));
  const old = new Map(before.map((row) => [row[0], row]));
  const rows = [...new Set([...old.keys(), ...now.keys()])].map((key) => drawRow(now.get(key), old.get(key)));
  const head = el("tr", {}, table.columns.map((one) => el("th", { scope: "col" }, one)));
  return el("table", {}, el("caption", {}, table.title), el("thead", {}, head), el("tbody", {}, rows));
}

/** A row as it is now; one that is gone is shown struck out, so that nothing moves. */
function drawRow(row, old) {
  if (!row) return el("tr", {}, old.map((cell) => el("td", {}, el("del", {}, cell))));
  return el("tr", {}, row.map((cell, at) => el("td", {}, cellParts(cell, old?.[at]))));
}

/** A cell with what came and what went, part by part where it is a list. */
function cellParts(cell, old) {
  if (old === undefined) return [el("ins", {}, cell)];
  if (old === cell) return [cell];
  const listed = (text) => text.split(", ").filter((one) => one !== "–");
  const [had, has] = [listed(old), listed(cell)];
  const parts = [
    ...had.map((one) => (has.includes(one) ? one : el("del", {}, one))),
    ...has.filter((one) => !had.includes(one)).map((one) => el("ins", {}, one)),
  ];
  return parts.flatMap((part, index) => (index ? [" ", part] : [part]));
}

export function drawCall(call) {
  const outcome = call.fault ? fill("call_fault", { fault: call.fault.replaceAll("_", " ") }) : call.outcome;
  const bad = call.fault || call.outcome !== "ok";
  const mood = bad ? "bad" : call.effect ? "effect" : "";
  return el("li", { class: mood }, el("code", {}, call.times > 1 ? `${call.method} × ${call.times}` : call.method), el("span", {}, call.effect ? fill("call_changed", { outcome }) : outcome));
}
