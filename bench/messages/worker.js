// The other side of suite.mjs. Valid as a classic script and as a module.
let awaited = 0;
let seen = 0;
let port = null;

const message = (kind, i, n) => (kind === 'number' ? i : { i, n, s: 'x', a: [1, 2, 3] });

const services = {
  hello() { postMessage('hello'); },
  count({ count }) { awaited = count; seen = 0; postMessage('ready'); },
  flood({ count, kind }) { for (let i = 0; i < count; i++) postMessage(message(kind, i, count)); },
  touch({ value }) {
    // A host may put off reading until somebody looks.
    const touched = typeof value === 'string' ? value.charCodeAt(value.length - 1)
      : value instanceof ArrayBuffer ? new Uint8Array(value)[value.byteLength - 1]
      : Array.isArray(value) ? value[value.length - 1]
      : Object.keys(value).length;
    postMessage(touched);
  },
  giveBack({ buffer }) { postMessage(buffer, [buffer]); },
  takePort(ask) { port = ask.port; postMessage('ready'); },
  countPort(ask) {
    let left = ask.count;
    ask.port.onmessage = () => { if (--left === 0) { ask.port.close(); postMessage('done'); } };
    postMessage('ready');
  },
  floodPort({ count }) { for (let i = 0; i < count; i++) port.postMessage(message('object', i, count)); },
  echoPort(ask) { ask.port.onmessage = ({ data }) => ask.port.postMessage(data); postMessage('ready'); },
  pingPort({ count }) {
    let done = 0;
    port.onmessage = () => { if (++done === count) { port.close(); postMessage('done'); } else port.postMessage(done); };
    port.postMessage(0);
  },
  channel({ name, count }) {
    const channel = new BroadcastChannel(name);
    let all = 0;
    let inOrder = 0;
    channel.onmessage = ({ data }) => {
      if (data.i === all++) inOrder++;
      if (all === count) { channel.close(); postMessage(inOrder); }
    };
    postMessage('ready');
  },
};

self.onmessage = ({ data }) => {
  if (data.ask !== undefined) services[data.ask](data);
  else if (awaited === 0) postMessage(data);
  else if (++seen === awaited) { awaited = 0; postMessage('done'); }
};
