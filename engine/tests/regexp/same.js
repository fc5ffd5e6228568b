// Two functions that must be the same in all that a script can see: `originalExec` and `RegExp.prototype.exec`.

const replacedExec = RegExp.prototype.exec;
const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;

// All that a script can see of a value, as text.
function show(value) {
  if (typeof value === "string") {
    return JSON.stringify(value);
  }
  if (typeof value !== "object" || value === null) {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  const properties = ownKeys(value).map((key) => {
    const { value: inner, writable, enumerable, configurable } = getOwnPropertyDescriptor(value, key);
    return `${String(key)}${+writable}${+enumerable}${+configurable}: ${show(inner)}`;
  });
  const prototype = getPrototypeOf(value);
  const kind = prototype === null ? "null" : prototype === Array.prototype ? "array" : "other";
  return `${kind}${Array.isArray(value) ? "[]" : ""} {${properties.join(", ")}}`;
}

// What `steps` gives or throws, while `exec` is the prototype's.
function outcome(exec, steps) {
  RegExp.prototype.exec = exec;
  try {
    return show(steps());
  } catch (error) {
    return `throws ${error?.name}: ${error?.message}, ${error instanceof TypeError}`;
  } finally {
    RegExp.prototype.exec = replacedExec;
  }
}

// The outcomes of the same steps with either function, if they differ. The steps must make their own objects.
function difference(steps) {
  const expected = outcome(originalExec, steps);
  const actual = outcome(replacedExec, steps);
  return expected === actual ? undefined : `\n  expected: ${expected}\n  actual:   ${actual}`;
}

// How many comparisons `compareTable` has made.
let compared = 0;

// The first differences between matches of each source with each flags, where these go together, on each input.
function compareTable(sources, flagsList, inputs) {
  const differences = [];
  for (const source of sources) {
    for (const flags of flagsList) {
      let regexp;
      try {
        regexp = new RegExp(source, flags);
      } catch {
        continue;
      }
      for (const input of inputs) {
        for (const lastIndex of new Set([0, 1, input.length >> 1, input.length])) {
          compared += 1;
          const expected = match(originalExec, regexp, input, lastIndex);
          const actual = match(replacedExec, regexp, input, lastIndex);
          if (expected !== actual) {
            const where = `/${source}/${flags} on ${JSON.stringify(input.slice(0, 40))} at ${lastIndex}`;
            differences.push(`${where}\n  expected: ${expected}\n  actual:   ${actual}`);
          }
        }
      }
    }
  }
  return differences.slice(0, 10).join("\n");
}

// A match of the expression, or two in a row, as text.
function match(exec, regexp, input, lastIndex) {
  regexp.lastIndex = lastIndex;
  const first = exec.call(regexp, input);
  const between = regexp.lastIndex;
  return `${showMatch(first, input)} ${between} ${between === 0 ? "" : showMatch(exec.call(regexp, input), input)} ${regexp.lastIndex}`;
}

function showMatch(found, input) {
  if (found === null) {
    return "null";
  }
  // The input is in every match; once is enough.
  const whole = found.input === input;
  found.input = "";
  return show(found) + whole;
}
