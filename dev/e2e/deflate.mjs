// Subscribes with permessage-deflate, and prints of each event of a number of them whether it came compressed, with the event.
import WebSocket from 'ws';

const [url, query, count] = process.argv.slice(2);
const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/events${query}`, { perMessageDeflate: true });
let compressed = false;
let left = Number(count);
socket.on('upgrade', (response) => console.error(response.headers['sec-websocket-extensions']));
socket.on('open', () => {
  // The library does not say it by itself; this is where it inflates.
  const extension = socket._receiver._extensions['permessage-deflate'];
  const inflate = extension.decompress.bind(extension);
  extension.decompress = (data, end, done) => {
    compressed = true;
    inflate(data, end, done);
  };
});
socket.on('message', (data) => {
  const event = JSON.parse(data.toString());
  if ('sequence' in event && 'payload' in event && 'previous' in event) {
    console.log(JSON.stringify({ compressed, length: data.length, event }));
    left -= 1;
    if (left === 0) socket.close();
  } else {
    console.error('message');
  }
  compressed = false;
});
socket.on('error', (error) => {
  console.error(`error ${error.message}`);
  process.exit(1);
});
