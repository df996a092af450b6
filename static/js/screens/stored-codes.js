// What a screen keeps on disk of its codes, so that it shows them again after a power cut with no network.

import { disk } from "../browser/indexeddb.js";

const CODES = "codes"; // step → base64 of the modules
const KEPT = "kept";
const KNOWN = "known";
const within = disk("openweek-display", 1, ({ result }) => [CODES, KEPT].forEach((name) => result.createObjectStore(name)));

/** Keep fresh codes, [[step, bits], …], and what is known of them; drop the codes of steps before `oldest`. */
export function keep(fresh, oldest, known) {
  return within("readwrite", [CODES, KEPT], (codes, kept) => {
    codes.delete(IDBKeyRange.upperBound(oldest, true));
    for (const [step, bits] of fresh) codes.put(bits, step);
    kept.put(known, KNOWN);
  });
}

/** {known, codes: [[step, bits], …]} as they were kept last; known is undefined where nothing was. */
export async function recall() {
  const asked = await within("readonly", [CODES, KEPT], (codes, kept, answer) => {
    answer([codes.getAllKeys(), codes.getAll(), kept.get(KNOWN)]);
  });
  const [steps, all, known] = asked.map(({ result }) => result);
  return { known, codes: steps.map((step, index) => [step, all[index]]) };
}

/** Out of service: nothing stays. */
export function forget() {
  return within("readwrite", [CODES, KEPT], (codes, kept) => {
    codes.clear();
    kept.clear();
  });
}
