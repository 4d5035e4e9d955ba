// The playground's page: asks the stage what there is to see, draws it, and sends what the person does.

import { drawBlocks, el, mrkdwn } from "./blockkit.js";
import { drawMessage, everything, face, newest, nothing, title } from "./messages.js";
import { drawCall, drawTable } from "./portal.js";
import { ask, sentence } from "./talk.js";
import { STEPS, WORDS, parts } from "./words.js";

const $ = (id) => document.getElementById(id);
const POLL = { visible: 350, hidden: 3000 };

const state = {
  who: "Olga",
  channel: "connectors",
  look: null,
  visited: new Set(), // channels that were open since something was done
  read: {}, // channel name → ts of the newest message that was on screen
  drawn: {}, // id of a region → the JSON it was drawn from
  history: [],
  recalled: 0,
  dismissed: "", // a form closed here whose closing is not in the look yet
};

// --- talking to the stage

async function act(name, wish) {
  complain("");
  try {
    await ask(`/act/${name}`, wish);
  } catch (error) {
    if (!error.problems || !Object.keys(error.problems).length) complain(sentence(error));
    return error;
  } finally {
    await refresh();
  }
  return null;
}

function complain(text) {
  const modal = $("form").open;
  $("trouble").hidden = !text || modal;
  $("trouble").textContent = modal ? "" : text;
  $("form-trouble").hidden = !text || !modal;
  $("form-trouble").textContent = modal ? text : "";
}

let lost = false;
let asked = 0;
let shown = 0; // the number of the question whose answer is on screen: a late answer to an older one is not drawn

async function refresh() {
  const who = state.who;
  const known = state.look?.who === who ? state.look.revision : "";
  const number = ++asked;
  try {
    const seen = await ask(`/look?person=${encodeURIComponent(who)}&revision=${known}`);
    if (lost) complain("");
    lost = false;
    if (who !== state.who || !seen.channels || number < shown) return;
    shown = number;
    if (state.look?.who === who) $("news").textContent = newest(state.look, seen) || $("news").textContent;
    state.look = { ...seen, who };
    draw();
  } catch (error) {
    lost = true;
    complain(sentence(error));
  }
}

async function poll() {
  await refresh();
  setTimeout(poll, document.hidden ? POLL.hidden : POLL.visible);
}

// --- drawing

/** Draw a region anew only if what it shows has changed, and leave the focus where it was. */
function region(id, shown, make) {
  const json = JSON.stringify(shown);
  if (state.drawn[id] === json) return false;
  state.drawn[id] = json;
  const place = $(id);
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  place.replaceChildren(...make());
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  return true;
}

function draw() {
  if (!state.look) return;
  drawPeople();
  drawGuide();
  drawTabs();
  drawMessages();
  drawPortal();
  drawTroubles();
  drawForm();
  $("line-label").replaceChildren(...parts("type_as", { person: el("strong", {}, state.who), channel: title(current()) }));
}

const current = () => state.look.channels.find((one) => one.name === state.channel) ?? state.look.channels[0];

function drawPeople() {
  region("people", [state.look.people, state.who], () =>
    state.look.people.map((one) =>
      el(
        "label",
        { class: "person" },
        el("input", {
          type: "radio",
          name: "who",
          value: one.name,
          checked: one.name === state.who,
          "data-key": `who-${one.name}`,
          change: () => become(one.name),
        }),
        face(one.name),
        el("span", { class: "name" }, one.name, el("small", {}, one.guest ? WORDS.guest : (WORDS[`role_${one.role}`] ?? one.role))),
        el("span", { class: `role ${one.role || "none"}` }, one.role ? (WORDS[`named_${one.role}`] ?? one.role) : WORDS.no_role),
      ),
    ),
  );
}

function drawGuide() {
  const { recorded, done: commands } = state.look;
  if (recorded.includes("change:execution:ended")) state.visited.add(state.channel);
  const progress = { recorded, done: commands, visited: [...state.visited] };
  const done = STEPS.map((step) => step.done(progress));
  const next = done.indexOf(false);
  region("guide", [done], () =>
    STEPS.map((step, index) =>
      el(
        "li",
        { class: done[index] ? "done" : index === next ? "next" : "" },
        el(
          "button",
          { type: "button", "data-key": `step-${index}`, click: () => begin(step) },
          el("span", { class: "number", "aria-hidden": "true" }, done[index] ? "✓" : `${index + 1}`),
          el(
            "span",
            {},
            el("strong", {}, WORDS[step.name], done[index] ? el("span", { class: "unseen" }, ` ${WORDS.step_done}`) : ""),
            el("small", {}, WORDS[`${step.name}_text`]),
          ),
        ),
      ),
    ),
  );
}

function unread(channel) {
  const seen = state.read[channel.name] ?? 0;
  return everything(channel).filter((one) => Number(one.ts) > seen).length;
}

function drawTabs() {
  const shown = state.look.channels.map((one) => [one.name, one.archived, one.name === state.channel ? 0 : unread(one)]);
  region("tabs", [shown, state.channel], () =>
    shown.map(([name, archived, count]) =>
      el(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "data-key": `tab-${name}`,
          "aria-selected": String(name === state.channel),
          "aria-controls": "messages",
          tabindex: name === state.channel ? "0" : "-1",
          click: () => open(name),
        },
        name === "dm" ? WORDS.direct_tab : `#${name}`,
        archived ? el("span", { class: "mark" }, WORDS.archived) : "",
        count ? el("span", { class: "count" }, String(count), el("span", { class: "unseen" }, ` ${WORDS.unread}`)) : "",
      ),
    ),
  );
  $("messages").setAttribute("aria-labelledby", `tab-${state.channel}`);
}

function drawMessages() {
  const channel = current();
  const place = $("messages");
  const entered = state.drawn.channel !== `${state.who} ${channel.name}`;
  const low = place.scrollHeight - place.scrollTop - place.clientHeight < 80;
  state.drawn.channel = `${state.who} ${channel.name}`;
  if (entered) {
    place.replaceChildren();
    state.drawn.nodes = new Map();
  }
  const kept = state.drawn.nodes;
  const nodes = channel.messages.map((message) => {
    const json = JSON.stringify([message, state.look.names]);
    const old = kept.get(message.ts);
    if (old?.json === json) return old.node;
    const node = drawMessage(message, contextOf(channel, message));
    keepFocus(old?.node, node);
    kept.set(message.ts, { json, node });
    return node;
  });
  const changed = nodes.length !== place.children.length || nodes.some((node, index) => node !== place.children[index]);
  if (changed) place.replaceChildren(...(nodes.length ? nodes : [nothing(channel)]));
  if (changed && (entered || low)) place.scrollTop = place.scrollHeight;
  if (changed && returning) returning();
  returning = null;
  state.read[channel.name] = Math.max(...everything(channel).map((one) => Number(one.ts)), 0);
}

const contextOf = (channel, message) => ({
  names: state.look.names,
  open: (id) => open(state.look.channels.find((one) => one.id === id)?.name ?? state.channel),
  press: (block, element) => press(channel, message, block, element),
});

let returning = null;

/** If the focus is inside `old`, it goes to the same button of `made`, or to `made` itself when that is gone. */
function keepFocus(old, made) {
  if (!old?.contains(document.activeElement)) return;
  const key = document.activeElement.dataset.key;
  returning = () => ((key && made.querySelector(`[data-key="${CSS.escape(key)}"]`)) || made).focus();
}

function drawPortal() {
  const { portal, before, calls } = state.look;
  const rowsBefore = new Map(before.map((table) => [table.title, table.rows]));
  region("tables", [portal, before], () => portal.map((table) => drawTable(table, rowsBefore.get(table.title) ?? [])));
  drawConnecting();
  region("calls", calls, () => (calls.length ? calls.map(drawCall) : [el("li", { class: "nothing" }, WORDS.no_calls)]));
}

/** Where the form of an application is, and the line for a terminal; nothing where the portal has no such form. */
function drawConnecting() {
  const { card, line } = state.look;
  document.getElementById("connect").hidden = !card;
  document.getElementById("connect-card").href = card;
  document.getElementById("connect-line").textContent = line;
}

function drawTroubles() {
  drawButtons("troubles", "faults");
  drawButtons("portal-actions", "portal");
}

function drawButtons(id, place) {
  const rows = state.look.troubles.filter((one) => one.place === place);
  region(id, rows, () =>
    rows.map((one) =>
      el(
        "button",
        {
          type: "button",
          title: one.help,
          "data-key": `trouble-${one.name}`,
          "aria-pressed": one.lasting ? String(one.on) : undefined,
          click: () => act("cause", { name: one.name }),
        },
        one.label,
      ),
    ),
  );
}

// --- the form that the bot has put in front of the person

function drawForm() {
  const form = state.look.form;
  const dialog = $("form");
  if (!form || form.id === state.dismissed) {
    if (!form) state.dismissed = "";
    $("form-blocks").replaceChildren();
    if (dialog.open) dialog.close();
    delete state.drawn.form;
    return;
  }
  const json = JSON.stringify(form);
  if (state.drawn.form !== json) {
    state.drawn.form = json;
    fillForm(form, form.errors);
  }
  if (!dialog.open) {
    dialog.showModal();
    dialog.querySelector("textarea, input, select")?.focus();
  }
}

function fillForm(form, errors) {
  const context = { names: state.look.names, open: () => {}, press: () => {}, errors, kept: entered() };
  $("form-title").textContent = form.title;
  $("form-blocks").replaceChildren(...drawBlocks(form.blocks, context));
  $("form-close").textContent = form.close;
  $("form-submit").textContent = form.submit;
  $("form-submit").hidden = !form.submit;
  $("form-trouble").hidden = !form.trouble;
  $("form-trouble").textContent = form.trouble;
}

const entered = () =>
  Object.fromEntries([...$("form-blocks").querySelectorAll("[name]")].map((field) => [field.name, field.value]));

$("form-body").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = state.look.form;
  const error = await act("submit", { person: state.who, values: entered() });
  if (error?.problems && Object.keys(error.problems).length) {
    fillForm(form, error.problems);
    $("form-blocks").querySelector(".wrong [name]")?.focus();
  }
});

async function closeForm() {
  state.dismissed = state.look.form?.id ?? "";
  $("form").close();
  await act("close", { person: state.who });
}

$("form-close").addEventListener("click", closeForm);
$("form").addEventListener("cancel", (event) => {
  event.preventDefault();
  closeForm();
});

// --- what the person does

function become(name) {
  state.who = name;
  state.dismissed = "";
  complain("");
  refresh();
}

function open(name) {
  state.channel = name;
  draw();
}

function begin(step) {
  if (step.line) $("line").value = step.line;
  state.channel = step.channel;
  if (state.who === step.who) draw();
  else become(step.who);
  (step.line ? $("line") : $("messages")).focus();
}

async function press(channel, message, block, element) {
  if (element.confirm && !(await confirmed(element.confirm))) return;
  await act("click", {
    person: state.who,
    channel: channel.id,
    ts: message.ts,
    action: element.action_id,
    block: block.block_id,
  });
}

function confirmed(confirm) {
  const dialog = $("confirm");
  $("confirm-title").textContent = confirm.title.text;
  const words = confirm.text.type === "mrkdwn" ? mrkdwn(confirm.text.text, { names: state.look.names, open }) : [confirm.text.text];
  $("confirm-text").replaceChildren(...words);
  $("confirm-no").textContent = confirm.deny?.text ?? WORDS.cancel;
  $("confirm-yes").textContent = confirm.confirm?.text ?? "OK";
  $("confirm-yes").className = confirm.style === "danger" ? "danger" : "primary";
  dialog.returnValue = "no";
  dialog.showModal();
  $("confirm-yes").focus();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("line").value.trim();
  if (!text) return;
  state.history.push(text);
  state.recalled = state.history.length;
  const error = await act("slash", { person: state.who, text, channel: state.channel });
  if (!error) $("line").value = "";
});

$("line").addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !state.history.length) return;
  event.preventDefault();
  state.recalled = Math.min(Math.max(state.recalled + step, 0), state.history.length);
  $("line").value = state.history[state.recalled] ?? "";
});

$("chips").addEventListener("click", (event) => {
  const chip = event.target.closest("button");
  if (!chip) return;
  $("line").value = chip.textContent;
  $("line").focus();
});

$("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  const names = state.look.channels.map((one) => one.name);
  open(names[(names.indexOf(state.channel) + step + names.length) % names.length]);
  $(`tab-${state.channel}`).focus();
});

$("reset").addEventListener("click", async () => {
  $("reset").disabled = true;
  Object.assign(state, { who: "Olga", channel: "connectors", look: null, visited: new Set(), read: {}, drawn: {}, dismissed: "" });
  await act("reset", {});
  $("reset").disabled = false;
  $("line").value = STEPS[0].line;
});

$("line").value = STEPS[0].line;
poll();
