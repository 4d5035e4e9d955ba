// What the page says of itself: the roles, and what to try.

export const ROLES = {
  operator: "may ask for changes",
  approver: "may ask and approve",
  admin: "may approve and govern",
  viewer: "may only look",
  "": "not on the allow-list",
};

// Stands in place of those, for a guest of the workspace.
export const GUEST = "a guest: may do nothing";

// What to try, in order. `done` looks at what happened: `recorded` (tags of the audit log), `done` (commands of change
// requests that were done) and `visited` (channels that were open since the bot was done with the first one).
export const STEPS = [
  {
    title: "Ask as Olga",
    text: "Send the command. A card comes to #approvals; the portal stays as it is.",
    who: "Olga",
    channel: "connectors",
    line: '/b24 connector remove myconnector --reason "number closed"',
    done: ({ recorded }) => recorded.includes("change:request:opened"),
  },
  {
    title: "Try what must not work",
    text: "Press Approve as Olga, who asked, or as Gleb, who is not on the list.",
    who: "Olga",
    channel: "approvals",
    done: ({ recorded }) => recorded.includes("change:review:refused"),
  },
  {
    title: "Approve as Anton",
    text: "Press Approve on the card. The bot checks again, calls the portal, and reads back.",
    who: "Anton",
    channel: "approvals",
    done: ({ recorded }) => recorded.includes("change:review:approved"),
  },
  {
    title: "See what is proven",
    text: "The portal has changed, and #audit holds every step, refusals too.",
    who: "Ida",
    channel: "audit",
    done: ({ visited }) => visited.includes("audit"),
  },
  {
    title: "Undo it as Olga",
    text: "Press Undo… on the card, then confirm the new card: the connector is put back on its lines.",
    who: "Olga",
    channel: "approvals",
    done: ({ done }) => done.includes("connector restore"),
  },
];
