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

// What to try, in order. `tag` stands in the audit channel once it has happened.
export const STEPS = [
  {
    title: "Ask as Olga",
    text: "Send the command. A card comes to #approvals; the portal stays as it is.",
    who: "Olga",
    channel: "connectors",
    line: '/b24 connector remove myconnector --reason "number closed"',
    tag: "change:request:opened",
  },
  {
    title: "Try what must not work",
    text: "Press Approve as Olga, who asked, or as Gleb, who is not on the list.",
    who: "Olga",
    channel: "approvals",
    tag: "change:review:refused",
  },
  {
    title: "Approve as Anton",
    text: "Press Approve on the card. The bot looks again, calls, and reads back.",
    who: "Anton",
    channel: "approvals",
    tag: "change:review:approved",
  },
  {
    title: "See what is proven",
    text: "The portal has changed, and #audit holds every step, refusals too.",
    who: "Ida",
    channel: "audit",
    tag: "change:execution:ended",
  },
];
