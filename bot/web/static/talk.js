// Talks to the playground's own server, in the language of the page.

import { LANGUAGE, WORDS } from "./words.js";

/** The JSON of an answer; with a body it is a POST. An Error has the server's sentence, and `problems` by block id. */
export async function ask(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const address = new URL(path, location.origin);
  address.searchParams.set("language", LANGUAGE);
  const reply = await fetch(address, options);
  const told = await reply.json().catch(() => ({ error: WORDS.unreadable }));
  if (!reply.ok) throw Object.assign(new Error(told.error ?? WORDS.failed), told);
  return told;
}

/** What to tell the person about an error. */
export const sentence = (error) =>
  error instanceof TypeError ? WORDS.no_answer : error.message;
