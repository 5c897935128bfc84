// A page's EventSource, and a page's fetch, as far as Node has them. Prints what comes, one JSON object a line:
//   eventsource.mjs source URL       each event as {"type","id","data"}; ends after "control" with "the end" in its data
//   eventsource.mjs fetch URL ID     what a fetch with this Last-Event-ID reads, until it is killed
import { EventSource } from 'eventsource';

const [kind, url, id] = process.argv.slice(2);
const say = (what) => console.log(JSON.stringify(what));

if (kind === 'source') {
  const source = new EventSource(url);
  for (const type of ['established', 'control', 'message']) {
    source.addEventListener(type, (event) => say({ type, id: event.lastEventId, data: JSON.parse(event.data) }));
  }
  source.onerror = (error) => say({ type: 'error', code: error.code ?? null, closed: source.readyState === 2 });
} else {
  const answer = await fetch(url, { headers: { Accept: 'text/event-stream', 'Last-Event-ID': id } });
  say({ type: 'head', status: answer.status, data: answer.headers.get('content-type') });
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of answer.body) {
    text += decoder.decode(piece, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text.slice(0, end).split('\n').find((line) => line.startsWith('data: '));
      if (data) say({ type: 'block', data: JSON.parse(data.slice(6)) });
      text = text.slice(end + 2);
    }
  }
}
