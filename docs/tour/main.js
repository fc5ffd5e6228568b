// Two workers, joined by a channel that the page only hands out.
const { port1, port2 } = new MessageChannel();
const counter = new Worker("counter.js");
const judge = new Worker("judge.js");
counter.postMessage("count to three", [port1]);
judge.postMessage("judge what you hear", [port2]);
judge.onmessage = (event) => {
  console.log(event.data);
  counter.terminate();
};
