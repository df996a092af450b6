// The camera on the screen: its picture, its buttons, and what of them was chosen last.

import { Camera } from "./camera.js";
import { byId } from "../base/dom.js";
import * as store from "../storage/scan-store.js";
import { say } from "../base/words.js";

let camera = null;
let onText = () => {};
let resume = false; // the camera was on when the page was hidden

function show({ state, why, cameras, facing, torch }) {
  const finder = byId("finder");
  finder.dataset.state = state;
  finder.classList.toggle("mirrored", facing === "user");
  byId("finder-off").hidden = state === "on";
  byId("camera-start").hidden = state === "starting" || why === "camera_none" || why === "camera_insecure";
  const reason = byId("camera-why");
  reason.dataset.say = state === "starting" ? "camera_busy" : (why ?? "camera_off");
  reason.textContent = say(reason.dataset.say);
  byId("camera-stop").hidden = state !== "on";
  byId("camera-switch").hidden = state !== "on" || !(cameras > 1);
  byId("camera-torch").hidden = state !== "on" || torch === undefined;
  byId("camera-torch").setAttribute("aria-pressed", String(Boolean(torch)));
}

/** Start it where it was on, or may be without asking. */
export async function open() {
  camera ??= new Camera(byId("video"), (text) => onText(text), show);
  if (camera.stream) return;
  if (!Camera.possible()) {
    show({ state: "off", why: "camera_insecure" });
    return;
  }
  const wanted = (await store.get("camera")) !== false && (resume || (await Camera.allowed()));
  if (wanted) await camera.start(await store.get("facing"), await store.get("torch"));
  else show({ state: "off", why: "camera_off" });
}

/** Let go of it; `open` takes it again. */
export function close() {
  resume = Boolean(camera?.stream);
  camera?.release();
  show({ state: "off", why: "camera_off" });
}

/** Once per page. read(text) of every code; wanted(): whether a camera is of use at present. */
export function listen(read, wanted) {
  onText = read;
  byId("camera-start").addEventListener("click", async () => {
    await camera.start(await store.get("facing"));
    await store.put("camera", true);
  });
  byId("camera-stop").addEventListener("click", () => {
    camera.stop();
    store.put("camera", false);
  });
  byId("camera-switch").addEventListener("click", async () => {
    await camera.turn();
    await store.put("facing", camera.facing);
  });
  byId("camera-torch").addEventListener("click", async () => {
    await camera.light(!camera.lit);
    await store.put("torch", camera.lit);
  });
  document.addEventListener("visibilitychange", () => {
    if (!wanted()) return;
    // A hidden page gets no frames, and on a phone it would keep the camera from others.
    if (document.hidden) close();
    else open();
  });
}
