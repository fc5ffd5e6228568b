// What messages cost, in any host with Worker, MessageChannel and BroadcastChannel. Each bench is an async function that takes
// `env` and gives { figure: samples }:
//   env.worker()                        a new Worker that runs worker.js
//   env.begin(name), env.end(name, n)   around each part that `n` messages make up; for hosts that can count
//   env.quick                           true for a short run, which only shows that all of it works
// Figures: `…_us` microseconds each, `…_ms` milliseconds each, `…_k` thousands a second.

const next = (worker) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
});
const ask = (worker, message, transfer = []) => {
  const answer = next(worker);
  worker.postMessage(message, transfer);
  return answer;
};
const start = async (env) => {
  const worker = env.worker();
  await ask(worker, { ask: 'hello' });
  return worker;
};
const check = (condition, what) => { if (!condition) throw new Error(what); };

/** Takes `rounds` samples of `measure`, after one that does not count. */
async function sample(rounds, measure) {
  await measure();
  const samples = [];
  for (let round = 0; round < rounds; round++) samples.push(await measure());
  return samples;
}

/** Milliseconds that `steps` take, which are `messages` messages to whoever counts. */
async function time(env, name, messages, steps) {
  env.begin(name);
  const since = performance.now();
  await steps();
  const taken = performance.now() - since;
  env.end(name, messages);
  return taken;
}

export const benches = {
  async oneWay(env) {
    const worker = await start(env);
    const count = env.quick ? 1000 : 50_000;
    const rounds = env.quick ? 1 : 7;
    const toWorker = (name, make) => sample(rounds, async () => {
      await ask(worker, { ask: 'count', count });
      return count / await time(env, name, count, () => {
        const done = next(worker);
        for (let i = 0; i < count; i++) worker.postMessage(make(i));
        return done;
      });
    });
    const toPage = (name, kind) => sample(rounds, async () => count / await time(env, name, count, async () => {
      let seen = 0;
      await new Promise((resolve) => {
        worker.onmessage = () => { if (++seen === count) resolve(); };
        worker.postMessage({ ask: 'flood', count, kind });
      });
    }));
    const figures = {
      numberToWorker_k: await toWorker('numberToWorker', (i) => i),
      objectToWorker_k: await toWorker('objectToWorker', (i) => ({ i, n: count, s: 'x', a: [1, 2, 3] })),
      numberToPage_k: await toPage('numberToPage', 'number'),
      objectToPage_k: await toPage('objectToPage', 'object'),
    };
    const other = await start(env);
    figures.objectWorkerToWorker_k = await sample(rounds, async () => {
      const { port1, port2 } = new MessageChannel();
      await ask(other, { ask: 'countPort', count, port: port2 }, [port2]);
      await ask(worker, { ask: 'takePort', port: port1 }, [port1]);
      return count / await time(env, 'objectWorkerToWorker', count, () => {
        const done = next(other);
        worker.postMessage({ ask: 'floodPort', count });
        return done;
      });
    });
    worker.terminate();
    other.terminate();
    return figures;
  },

  async roundTrip(env) {
    const count = env.quick ? 100 : 10_000;
    const rounds = env.quick ? 1 : 7;
    const [a, b] = [await start(env), await start(env)];
    const withWorker = await sample(rounds, async () => 1000 / count * await time(env, 'roundTrip', 2 * count, () => {
      let seen = 0;
      return new Promise((resolve) => {
        a.onmessage = () => { if (++seen === count) resolve(); else a.postMessage(seen); };
        a.postMessage(0);
      });
    }));
    const betweenWorkers = await sample(rounds, async () => {
      const { port1, port2 } = new MessageChannel();
      await ask(b, { ask: 'echoPort', port: port2 }, [port2]);
      await ask(a, { ask: 'takePort', port: port1 }, [port1]);
      return 1000 / count * await time(env, 'roundTripWorkers', 2 * count, () => ask(a, { ask: 'pingPort', count }));
    });
    a.terminate();
    b.terminate();
    return { roundTrip_us: withWorker, roundTripWorkers_us: betweenWorkers };
  },

  async fanOut(env) {
    const count = env.quick ? 100 : 5000;
    const workers = [];
    for (let i = 0; i < 16; i++) workers.push(await start(env));
    let round = 0;
    const samples = await sample(env.quick ? 1 : 7, async () => {
      const name = `fan-out ${round++}`;
      await Promise.all(workers.map((worker) => ask(worker, { ask: 'channel', name, count })));
      const channel = new BroadcastChannel(name);
      const deliveries = 16 * count;
      const taken = await time(env, 'fanOut16', deliveries, async () => {
        const done = Promise.all(workers.map(next));
        for (let i = 0; i < count; i++) channel.postMessage({ i, s: 'hello' });
        // A worker answers when it has all, and says how many came in their order.
        for (const inOrder of await done) check(inOrder === count, `${inOrder} of ${count} came in order`);
      });
      channel.close();
      return deliveries / taken;
    });
    for (const worker of workers) worker.terminate();
    return { fanOut16_k: samples };
  },

  async clone(env) {
    const worker = await start(env);
    const size = env.quick ? 100 : 1;
    const object = {};
    for (let i = 0; i < 10_000 / size; i++) object[`key${i}`] = { id: i, name: `n${i}`, v: [i, i + 1] };
    const values = {
      object10k: object,
      array1M: Array.from({ length: 1_000_000 / size }, (_, i) => i),
      string1MB: 'abcdefgh'.repeat(131_072 / size),
      buffer10MB: new ArrayBuffer(Math.ceil((10 << 20) / size)),
    };
    const figures = {};
    let kept;
    for (const [name, value] of Object.entries(values)) {
      const rounds = env.quick ? 1 : 9;
      figures[`clone_${name}_ms`] = await sample(rounds, () => time(env, `clone_${name}`, 1, () => {
        kept = structuredClone(value);
      }));
      figures[`post_${name}_ms`] = await sample(rounds, () => time(env, `post_${name}`, 1, () => ask(worker, { ask: 'touch', value })));
    }
    check(typeof kept === 'object', 'there is a clone');
    worker.terminate();
    return figures;
  },

  async transfer(env) {
    const worker = await start(env);
    const figures = {};
    for (const [name, size] of [['64KiB', 64 << 10], ['64MiB', 64 << 20]]) {
      let buffer = new ArrayBuffer(size);
      new Uint8Array(buffer).fill(7);
      figures[`transfer_${name}_us`] = await sample(env.quick ? 1 : 25, async () => 1000 * await time(env, `transfer_${name}`, 2, async () => {
        const answer = ask(worker, { ask: 'giveBack', buffer }, [buffer]);
        check(buffer.byteLength === 0, 'the buffer is detached');
        buffer = await answer;
      }));
      check(buffer.byteLength === size && new Uint8Array(buffer)[size - 1] === 7, 'the content has arrived');
    }
    worker.terminate();
    return figures;
  },
};

/** Runs the benches of these names, one after the other; `report` is given each one's name and figures. */
export async function run(env, names, report) {
  for (const name of names) report(name, await benches[name](env));
}

/** A line of text for each figure: its median, least and most. */
export function lines(figures) {
  const digits = (value) => (value < 100 ? String(Number(value.toPrecision(3))) : value.toFixed(0));
  return Object.entries(figures).map(([name, samples]) => {
    const sorted = samples.toSorted((a, b) => a - b);
    return `${name}: ${digits(sorted[sorted.length >> 1])} (${digits(sorted[0])} to ${digits(sorted.at(-1))})`;
  });
}
