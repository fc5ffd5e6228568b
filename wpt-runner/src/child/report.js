// Hands the results of a test page to its runner. A function expression: the first parameter is
// the runner's own function, which no script of the page gets to see; the second stretches the
// harness's timeouts.
// https://web-platform-tests.org/writing-tests/testharness-api.html#external-api
(function (send, timeoutMultiplier) {
  "use strict";
  const sent = new Set();
  const text = (value) => (value === null || value === undefined ? null : String(value));

  function sendResult(test) {
    if (sent.has(test)) return;
    sent.add(test);
    send("result", String(test.name), Number(test.status), text(test.message), text(test.stack));
  }

  // An error that did not parse has no stack, but its event tells the place. (A handled error is none of the harness's.)
  let firstError = null;
  addEventListener("error", (event) => {
    if (firstError === null && event.filename) firstError = event;
  });
  const place = ({ filename, lineno, colno }) => `\n    at ${filename}:${lineno}:${colno}`;
  const stackOf = ({ message, stack }) =>
    firstError !== null && firstError.message === message ? (text(stack) ?? "") + place(firstError) : text(stack);

  setup({ output: false, timeout_multiplier: timeoutMultiplier });
  add_result_callback(sendResult);
  add_completion_callback(function (tests, status) {
    // Some tests end only by the end of all.
    for (let i = 0; i < tests.length; i++) sendResult(tests[i]);
    send("complete", Number(status.status), text(status.message), stackOf(status), tests.length);
  });
})
