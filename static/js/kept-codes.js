// What a screen keeps on disk of its codes, so that it shows them again after a power cut with no network.

const NAME = "openweek-display";
const CODES = "codes"; // step → base64 of the modules
const KEPT = "kept";
const KNOWN = "known";
let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => [CODES, KEPT].forEach((name) => asked.result.createObjectStore(name));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

async function within(mode, work) {
  const transaction = (await database()).transaction([CODES, KEPT], mode);
  return new Promise((resolve, reject) => {
    const found = work(transaction.objectStore(CODES), transaction.objectStore(KEPT));
    transaction.oncomplete = () => resolve(found);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Keep fresh codes, [[step, bits], …], and what is known of them; drop the codes of steps before `oldest`. */
export function keep(fresh, oldest, known) {
  return within("readwrite", (codes, kept) => {
    codes.delete(IDBKeyRange.upperBound(oldest, true));
    for (const [step, bits] of fresh) codes.put(bits, step);
    kept.put(known, KNOWN);
  });
}

/** {known, codes: [[step, bits], …]} as they were kept last; known is undefined where nothing was. */
export async function recall() {
  const asked = await within("readonly", (codes, kept) => [codes.getAllKeys(), codes.getAll(), kept.get(KNOWN)]);
  const [steps, all, known] = asked.map(({ result }) => result);
  return { known, codes: steps.map((step, index) => [step, all[index]]) };
}

/** Out of service: nothing stays. */
export function forget() {
  return within("readwrite", (codes, kept) => {
    codes.clear();
    kept.clear();
  });
}
