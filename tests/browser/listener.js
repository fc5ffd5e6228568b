// Runs in each document before any script of its own, and keeps what the harness says in the end:
// in a promise under a symbol, which the test that drives the browser waits for. Any harness with
// the documented API will do.
// https://web-platform-tests.org/writing-tests/testharness-api.html#external-api
(function () {
  "use strict";
  if (window !== window.top) return;
  let settle;
  const completion = new Promise((resolve) => (settle = resolve));
  Object.defineProperty(window, Symbol.for("completion of the harness"), { value: completion });

  // A lone surrogate would not reach the driver.
  const text = (value) => String(value ?? "").toWellFormed();

  function completed(tests, status) {
    const subtests = tests.map(({ name, status, message }) => ({ name: text(name), status, message: text(message) }));
    settle({ status: status.status, message: text(status.message), subtests });
  }

  // A script element's `load` comes right after the script has run, and before the next one runs.
  document.addEventListener(
    "load",
    ({ target }) => {
      if (target.localName !== "script" || !target.src.endsWith("/resources/testharness.js")) return;
      window.setup({ timeout_multiplier: TIMEOUT_MULTIPLIER });
      window.add_completion_callback(completed);
    },
    true,
  );
})();
