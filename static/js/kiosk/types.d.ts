// The shapes that modules of the kiosk hand to each other; of the API's JSON only what the app reads.

/** A name in both languages. */
interface Names {
  zh: string;
  en: string;
}

interface Group {
  key: string;
  number: number;
  name: Names;
  icon: string;
  colour: string;
}

interface Occurrence {
  id: number;
  event?: number; // absent in what an older version stored
  start: string; // a day alone where no clock time is known
  end: string | null;
  half_day?: string | null;
  opens: string;
  closes: string;
  held: boolean; // takes place
  venue?: string | null;
  capacity: number | null;
  inside?: number | null;
}

interface KioskEvent {
  /** Events that were merged into this one; absent in what an older version stored. */
  merged?: number[];
  id: number;
  title: string;
  track_exits: boolean;
  asks_opinion?: boolean;
  occurrences: Occurrence[];
}

interface PublicKey {
  algorithm: string;
  public: string;
}

interface Kiosk {
  id: number;
  name: string;
  scopes: string[];
  expires: string | null;
}

/** The answer of GET /api/v1/kiosk, and what each heartbeat adds to it. */
interface DeviceState {
  server_time: string;
  knowledge: string; // the version of what the device must know
  least_client: number;
  kiosk: Kiosk;
  campaign: { id?: string | null; number: number; name: Names; zone: string };
  events: KioskEvent[];
  groups: Group[];
  keys: Record<string, PublicKey>;
  revoked: string[];
  session_passes?: Record<string, number>; // the one session of a pass, by its serial
  question?: { text: Names; answers: { key: string; name: Names }[] } | null;
  rewards?: boolean;
  rules: { undo_minutes: number; max_headcount: number; same_code_guard_ms: number };
  message?: { text: string } | null;
  locked?: boolean;
  insideAt?: number; // milliseconds: when the question left to which the heads inside are the answer
}

interface Heartbeat {
  server_time: string;
  knowledge: string;
  inside: Record<string, number>;
  message: { text: string } | null;
  locked: boolean;
}

type Direction = "in" | "out";
type Verdict = "stored" | "repeat" | "refused";

/** A scan as it is posted. */
interface ScanBody {
  id: string;
  at: string;
  kind: "pass" | "touch" | "tally" | "undo";
  skew_ms: number | null;
  shown: Verdict | null;
  seq?: number;
  code?: string;
  code_length?: number;
  code_hash?: string;
  group?: string;
  headcount?: number;
  direction?: Direction;
  occurrence?: number;
  undoes?: string;
}

/** What the rules remember of a scan that let somebody in or out. Times in milliseconds. */
interface Entry {
  id: string;
  at: number;
  direction: Direction;
  headcount: number;
  holder: string | null; // the serial of a pass
  sitting: number; // the occurrence; devices have stored it under this name
  day: string;
}

interface About {
  group: string | null;
  holder?: string | null;
  entry: Entry | null;
  flags?: string[];
  foreign?: boolean;
}

/** Why the time of a scan is unsure: see device-clock.js. */
interface Doubt {
  run: string;
  leap: number;
  earliest: number;
}

/** A scan before it is kept. */
interface NewScan {
  id: string;
  device: number;
  made: number;
  unsure: Doubt | null;
  body: ScanBody;
}

/** What the server answers to a scan. */
interface Answer {
  id?: string;
  verdict: Verdict | "retry" | null;
  reason?: string | null;
  message?: string;
  group?: string | null;
  headcount?: number;
  since?: string | number | null;
  flags?: string[];
}

/** What this device says of a scan by itself. */
interface Judgement extends Answer {
  verdict: Verdict | null;
  flags: string[];
  unchecked?: string[];
  entry?: Entry | null;
  own?: boolean;
}

/** A scan as this device keeps it. */
interface StoredScan extends NewScan {
  device: number; // the pairing that it was made in, by the server's id
  made: number; // milliseconds of the device's clock
  seq: number;
  state: "waiting" | "answered" | "aside";
  about: About;
  answer?: Answer;
  settled?: number; // when the server had answered, by the device's clock
  undone?: boolean; // taken back
}

/** Clicks that are no row yet. */
interface Burst extends NewScan {
  about: About;
  count: number;
  last: number;
}

interface Pairing {
  device: number;
  name: string;
  campaign: string | null;
  token: string | null;
}

/** A pairing that still holds scans which nobody has answered. */
interface OwingPairing extends Pairing {
  present: boolean;
  waiting: number;
  aside: number;
}

interface Queue {
  waiting: number;
  aside: number;
  oldest: number | null;
}

/** Where a scan is made: what of the device it depends on. */
interface ScanContext {
  device: number;
  token: string;
  readonly state: DeviceState;
  readonly zone: string;
  readonly rules: DeviceState["rules"];
  readonly direction: Direction;
  groupName(key: string): string;
  groupKey(number: number): string | null;
}
