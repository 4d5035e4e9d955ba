// Talks to the playground's own server.

/** The JSON of an answer; with a body it is a POST. An Error has the server's sentence, and `problems` by block id. */
export async function ask(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const reply = await fetch(path, options);
  const told = await reply.json().catch(() => ({ error: "The playground gave an answer that cannot be read." }));
  if (!reply.ok) throw Object.assign(new Error(told.error ?? "The playground could not do it."), told);
  return told;
}

/** What to tell the person about an error. */
export const sentence = (error) =>
  error instanceof TypeError ? "The playground does not answer. Is it still running in its terminal?" : error.message;
