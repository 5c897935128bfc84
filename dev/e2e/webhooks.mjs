// Verifies recorded webhooks with the library of Standard Webhooks: node webhooks.mjs TRIES.json SECRET
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.argv[3]);
const tries = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const { body, headers } of tries) {
  webhook.verify(body, headers);
}
// What was changed on the way is refused.
let refused = 0;
for (const { body, headers } of tries) {
  try {
    webhook.verify(body + " ", headers);
  } catch {
    refused++;
  }
}
if (tries.length === 0 || refused !== tries.length) {
  throw new Error(`${refused} of ${tries.length} changed ones were refused`);
}
