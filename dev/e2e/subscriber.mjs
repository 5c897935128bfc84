// Subscribes from the first byte and prints every event it gets, until the server closes.
import WebSocket from 'ws';

const [url, patterns] = process.argv.slice(2);
const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/events?events=${encodeURIComponent(patterns)}`);
socket.on('message', (data) => {
  const text = data.toString();
  const message = JSON.parse(text);
  if ('sequence' in message && 'payload' in message) console.log(text);
});
socket.on('close', (code) => console.error(`closed ${code}`));
socket.on('error', (error) => console.error(`error ${error.message}`));
