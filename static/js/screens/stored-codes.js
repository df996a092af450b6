// What a screen keeps on disk of its codes, so that it shows them again after a power cut with no network.

import { database } from "../browser/indexeddb.js";

const CODES = "codes"; // step → base64 of the modules
const KEPT = "kept";
const KNOWN = "screen";
const within = database("openweek-display", 1, ({ result }) => [CODES, KEPT].forEach((name) => result.createObjectStore(name)));

/** Keep fresh codes, [[step, bits], …], and what is screen of them; drop the codes of steps before `oldest`. */
export function keep(newCodes, oldest, screen) {
  return within("readwrite", [CODES, KEPT], (codes, values) => {
    codes.delete(IDBKeyRange.upperBound(oldest, true));
    for (const [step, bits] of newCodes) codes.put(bits, step);
    values.put(screen, KNOWN);
  });
}

/** {screen, codes: [[step, bits], …]} as they were kept last; screen is undefined where nothing was. */
export async function recall() {
  const requests = await within("readonly", [CODES, KEPT], (codes, values, answer) => {
    answer([codes.getAllKeys(), codes.getAll(), values.get(KNOWN)]);
  });
  const [steps, codes, screen] = requests.map(({ result }) => result);
  return { screen, codes: steps.map((step, index) => [step, codes[index]]) };
}

/** Out of service: nothing stays. */
export function forget() {
  return within("readwrite", [CODES, KEPT], (codes, values) => {
    codes.clear();
    values.clear();
  });
}
