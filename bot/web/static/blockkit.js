// Draws Slack's Block Kit and mrkdwn. Every text becomes a text node; no markup is ever taken from a message.

import { WORDS, fill, formatTime, nameDay } from "./words.js";

/** Make an element: attributes by name (a function is a listener), then children; texts become text nodes. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== "" && child !== null && child !== undefined));
  return made;
}

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const unescape = (text) => text.replace(/&(?:amp|lt|gt);/g, (found) => ENTITIES[found]);

// Slack's date tokens, as options of Intl.DateTimeFormat.
const DAYS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
};
const TIMES = {
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

export function clock(at, kind = "time") {
  return formatTime(at, TIMES[kind]);
}

function dayWord(at) {
  const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
  const away = Math.round((midnight(at) - midnight(new Date())) / 86_400_000);
  return Math.abs(away) <= 1 ? nameDay(away) : undefined;
}

function moment(inner) {
  const [, seconds, format = "", ...rest] = inner.split("^");
  const fallback = rest.at(-1)?.split("|").at(-1) ?? format.split("|").at(-1);
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return document.createTextNode(fallback);
  const words = format.split("|")[0].replace(/\{(\w+?)(_pretty)?\}/g, (token, kind, pretty) => {
    if (TIMES[kind]) return clock(at, kind);
    if (DAYS[kind]) return (pretty && dayWord(at)) || formatTime(at, DAYS[kind]);
    return token;
  });
  return el("time", { datetime: at.toISOString(), title: fallback }, words);
}

function reference(inner, context) {
  if (inner.startsWith("!date^")) return moment(inner);
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = unescape(bar < 0 ? "" : inner.slice(bar + 1));
  if (target.startsWith("@")) {
    return el("span", { class: "mention" }, `@${context.names[target.slice(1)] ?? (label || target.slice(1))}`);
  }
  if (target.startsWith("#")) {
    const words = `#${context.names[target.slice(1)] ?? (label || target.slice(1))}`;
    return el("button", { type: "button", class: "mention", click: () => context.open(target.slice(1)) }, words);
  }
  if (target.startsWith("!")) return el("span", { class: "mention" }, label || `@${target.slice(1)}`);
  const address = unescape(target);
  if (!/^(https?:|mailto:)/.test(address)) return document.createTextNode(`<${inner}>`);
  return el("a", { href: address, target: "_blank", rel: "noreferrer noopener" }, label || address);
}

// Code, a reference in angle brackets, bold, italic, struck: as Slack reads them, marks stand at the edges of words.
const INLINE = new RegExp(
  [
    /`([^`\n]+)`/,
    /<([^<>\n]+)>/,
    /(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])/,
    /(?<!\w)_(?=\S)([^_\n]*?\S)_(?!\w)/,
    /(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])/,
  ]
    .map((one) => one.source)
    .join("|"),
  "g",
);

function inline(text, context) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, code, inner, bold, italic, struck] = found;
    if (found.index > from) parts.push(unescape(text.slice(from, found.index)));
    if (code !== undefined) parts.push(el("code", {}, codeText(code)));
    else if (inner !== undefined) parts.push(reference(inner, context));
    else if (bold !== undefined) parts.push(el("strong", {}, inline(bold, context)));
    else if (italic !== undefined) parts.push(el("em", {}, inline(italic, context)));
    else parts.push(el("s", {}, inline(struck, context)));
    from = found.index + whole.length;
  }
  if (from < text.length) parts.push(unescape(text.slice(from)));
  return parts;
}

// Slack marks up references even inside code; there they are shown as their bare words.
const codeText = (text) =>
  unescape(text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_all, target, label) => label ?? target));

const QUOTE = /^(?:>|&gt;) ?/;

function lines(text, context) {
  const drawn = [];
  let quoted = null;
  for (const line of text.split("\n")) {
    if (QUOTE.test(line)) {
      if (!quoted) drawn.push((quoted = el("blockquote")));
      else quoted.append(el("br"));
      quoted.append(...inline(line.replace(QUOTE, ""), context));
      continue;
    }
    quoted = null;
    // A line that begins with a mark hangs, so that what wraps stays under its words.
    const hangs = /^(?:•|✂️|⚠️)\s/u.test(line);
    const leads = /^\*[^*]+\*/.test(line);
    const look = hangs ? "line hangs" : leads ? "line lead" : "line";
    drawn.push(el("div", { class: look }, line ? inline(line, context) : " "));
  }
  return drawn;
}

export function mrkdwn(text, context) {
  return text.split(/```\n?([\s\S]*?)\n?```/).flatMap((part, index) => {
    if (index % 2) return [el("pre", { tabindex: "0" }, codeText(part))];
    const bare = part.replace(/^\n|\n$/g, "");
    return bare ? lines(bare, context) : [];
  });
}

function words(object, context) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, context) : [object.text];
}

function button(block, element, context) {
  const look = { primary: "primary", danger: "danger" }[element.style] ?? "";
  const press = () => context.press(block, element);
  const key = `${block.block_id}/${element.action_id}`;
  return el("button", { type: "button", class: look, "data-key": key, click: press }, element.text.text);
}

const inputId = (block) => `input-${block.block_id}`;

/** What a menu offers, as values with their texts; nothing for a field to type into, as one whose options are asked for. */
function menuRows(element, context) {
  if (element.type === "users_select") return Object.entries(context.names).filter(([id]) => id.startsWith("U"));
  return element.options?.map((one) => [one.value, one.text.text]);
}

function control(block, context) {
  const element = block.element;
  const shared = { id: inputId(block), name: block.block_id, "aria-describedby": `${inputId(block)}-notes` };
  const chosen = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean).map((one) => one.value);
  const initial = element.initial_value ?? element.initial_user ?? chosen.join(" ");
  const kept = context.kept?.[block.block_id] ?? initial;
  const rows = menuRows(element, context);
  if (rows) {
    const options = rows.map(([value, text]) => el("option", { value }, text));
    const menu = el("select", shared, el("option", { value: "" }, element.placeholder?.text ?? WORDS.choose), options);
    menu.value = kept;
    return menu;
  }
  if (element.multiline) return el("textarea", { ...shared, rows: "3", maxlength: element.max_length }, kept);
  return el("input", { ...shared, type: "text", value: kept, maxlength: element.max_length });
}

function input(block, context) {
  const error = context.errors?.[block.block_id];
  return el(
    "div",
    { class: error ? "input wrong" : "input" },
    el("label", { for: inputId(block) }, block.optional ? fill("optional", { label: block.label.text }) : block.label.text),
    control(block, context),
    el("p", { class: "hint", id: `${inputId(block)}-notes` }, error ?? block.hint?.text ?? ""),
  );
}

function element(block, one, context) {
  if (one.type === "button") return button(block, one, context);
  if (one.type === "image") return fill("image", { text: one.alt_text });
  if (one.type === "mrkdwn" || one.type === "plain_text") return el("span", {}, words(one, context));
  return el("span", { class: "hint" }, fill("not_drawn", { kind: one.type }));
}

const DRAW = {
  header: (block, context) => el("h3", { class: "header" }, words(block.text, context)),
  divider: () => el("hr"),
  section: (block, context) =>
    el(
      "div",
      { class: "section" },
      block.text ? el("div", { class: "text" }, words(block.text, context)) : "",
      block.fields ? el("div", { class: "fields" }, block.fields.map((one) => el("div", {}, words(one, context)))) : "",
      block.accessory ? element(block, block.accessory, context) : "",
    ),
  context: (block, context) =>
    el("div", { class: "context" }, block.elements.map((one) => element(block, one, context))),
  actions: (block, context) =>
    el("div", { class: "actions" }, block.elements.map((one) => element(block, one, context))),
  input,
  markdown: (block, context) => el("div", { class: "section" }, mrkdwn(block.text, context)),
  image: (block) => el("p", { class: "hint" }, fill("image", { text: block.alt_text })),
};

/**
 * The blocks as elements. `context`: `names` (id → name), `press(block, element)`, `open(channelId)`, and for forms
 * `errors` and `kept` by block id.
 */
export function drawBlocks(blocks, context) {
  return blocks.map(
    (block) => DRAW[block.type]?.(block, context) ?? el("p", { class: "hint" }, fill("not_drawn", { kind: block.type })),
  );
}
