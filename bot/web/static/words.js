// The words of the page, which the server writes in the language that was chosen, and what to try.

export const WORDS = JSON.parse(document.body.dataset.words);
export const LANGUAGE = document.documentElement.lang;
const LOCALE = navigator.languages.find((one) => one.startsWith(LANGUAGE)) ?? LANGUAGE;

/** How the browser's person writes times, in the language of the page. */
export const formatTime = (at, options) => new Intl.DateTimeFormat(LOCALE, options).format(at);

/** A day that is `away` days from today as a word, such as that for today. */
export const nameDay = (away) => new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" }).format(away, "day");

/** A sentence with what stands in its curly brackets filled in: an array of texts and elements. */
export const parts = (name, values) =>
  WORDS[name].split(/\{(\w+)\}/).map((part, index) => (index % 2 ? values[part] : part));

/** The same with texts alone, as one text. */
export const fill = (name, values) => parts(name, values).join("");

// What to try, in order: `name` has its words. `done` looks at what happened: `recorded` (tags of the audit log), `done`
// (commands of change requests that were done) and `visited` (channels that were open since the bot was done with the
// first one).
export const STEPS = [
  {
    name: "step_ask",
    who: "Olga",
    channel: "connectors",
    line: `/b24 ${WORDS.line_to_ask}`,
    done: ({ recorded }) => recorded.includes("change:request:opened"),
  },
  {
    name: "step_refused",
    who: "Olga",
    channel: "approvals",
    done: ({ recorded }) => recorded.includes("change:review:refused"),
  },
  {
    name: "step_approve",
    who: "Anton",
    channel: "approvals",
    done: ({ recorded }) => recorded.includes("change:review:approved"),
  },
  {
    name: "step_audit",
    who: "Ida",
    channel: "audit",
    done: ({ visited }) => visited.includes("audit"),
  },
  {
    name: "step_undo",
    who: "Olga",
    channel: "approvals",
    done: ({ done }) => done.includes("connector restore"),
  },
];
