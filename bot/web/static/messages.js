// Draws one message with the replies under it, as its reader sees it.

import { clock, drawBlocks, el, mrkdwn } from "./blockkit.js";
import { WORDS, fill } from "./words.js";

const FACES = 7;

export function face(name, bot = false) {
  const colour = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % FACES;
  return el("span", { class: bot ? "face bot" : `face face-${colour}`, "aria-hidden": "true" }, bot ? "b24" : name[0]);
}

/** `context` is that of drawBlocks: `names`, `press(block, element)`, `open(channelId)`. */
export function drawMessage(message, context) {
  const author = nameOf(message, context);
  const kind = message.only ? "message only" : "message";
  return el(
    "article",
    { class: kind, tabindex: "-1", "aria-label": `${author}, ${clock(message.at * 1000)}` },
    face(author, message.bot),
    el(
      "div",
      { class: "said" },
      message.only ? el("p", { class: "visible" }, WORDS.only_you) : "",
      el(
        "p",
        { class: "author" },
        el("b", {}, author),
        message.bot ? el("span", { class: "app" }, "APP") : "",
        stamp(message),
        message.edited ? el("span", { class: "stamp" }, WORDS.edited) : "",
      ),
      content(message, context),
      thread(message.replies, context),
    ),
  );
}

const nameOf = (message, context) => context.names[message.author] ?? "Slack";

const stamp = (message) => el("time", { class: "stamp" }, clock(message.at * 1000));

function content(message, context) {
  const drawn = message.blocks.length ? drawBlocks(message.blocks, context) : mrkdwn(message.text, context);
  return el("div", { class: "blocks" }, drawn);
}

function thread(replies, context) {
  if (!replies.length) return [];
  const drawn = replies.map((one) =>
    el("li", {}, el("b", {}, nameOf(one, context)), " ", stamp(one), content(one, context)));
  const count = fill("replies", { number: replies.length });
  return [el("p", { class: "thread" }, count), el("ol", { class: "replies" }, drawn)];
}

/** What stands in an empty channel. */
export const nothing = (channel) =>
  el(
    "p",
    { class: "nothing" },
    channel.name === "approvals" ? WORDS.no_card : WORDS.nothing,
  );

/** A channel's messages and the replies to them, in reading order. */
export const everything = (channel) => channel.messages.flatMap((one) => [one, ...one.replies]);

export const title = (channel) => (channel.name === "dm" ? WORDS.direct : `#${channel.name}`);

/** For a screen reader: the last message of `seen` that was not in `old` yet, in words; empty when there is none. */
export function newest(old, seen) {
  const known = new Set(old.channels.flatMap(everything).map((one) => one.ts));
  const fresh = seen.channels.flatMap((channel) =>
    everything(channel).filter((one) => !known.has(one.ts)).map((one) => [channel, one]));
  const [channel, message] = fresh.at(-1) ?? [];
  if (!message) return "";
  const author = seen.names[message.author] ?? "Slack";
  return fill("news", { author, channel: title(channel), text: message.text });
}
