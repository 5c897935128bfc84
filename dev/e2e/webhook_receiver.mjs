// A receiver of webhooks that trusts nothing but the official library of Standard Webhooks. Prints what comes, one JSON object a line:
//   webhook_receiver.mjs PORT SECRET [STATUS...]
// {"listening":PORT} first; then {"id","verified","fault","via","body"} of each message. The first messages are answered with the
// STATUSes, one each, all others with 204; what is not verified with 401.
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const [port, secret, ...statuses] = process.argv.slice(2);
const webhook = new Webhook(secret);
const say = (what) => console.log(JSON.stringify(what));

const server = createServer(async (request, answer) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces).toString();
  let fault = null;
  try {
    webhook.verify(body, request.headers);
  } catch (error) {
    fault = String(error.message);
  }
  say({ id: request.headers['webhook-id'], verified: fault === null, fault, via: request.headers['tocsin-via'], body: JSON.parse(body) });
  answer.writeHead(fault === null ? Number(statuses.shift() ?? 204) : 401).end();
});
server.listen(Number(port), '127.0.0.1', () => say({ listening: server.address().port }));
