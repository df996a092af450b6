// The camera on the screen: its picture, its buttons, and what of them was chosen last.

import { byId } from "../base/dom.js";
import { say } from "../base/words.js";
import * as values from "../storage/device-values.js";
import { Camera } from "./camera.js";

/** @type {Camera | null} */
let camera = null;
/** @type {(text: string) => void} */
let onText = () => {};
let resume = false; // the camera was on when the page was hidden

/** @param {import("./camera.js").CameraState} state */
function show({ state, reason, cameras = 0, facing, torch }) {
  const finder = byId("finder");
  finder.dataset.state = state;
  finder.classList.toggle("mirrored", facing === "user");
  byId("finder-off").hidden = state === "on";
  byId("camera-start").hidden = state === "starting" || reason === "camera_none" || reason === "camera_insecure";
  const sentence = byId("camera-why");
  sentence.dataset.say = state === "starting" ? "camera_busy" : (reason ?? "camera_off");
  sentence.textContent = say(sentence.dataset.say);
  byId("camera-stop").hidden = state !== "on";
  byId("camera-switch").hidden = state !== "on" || cameras < 2;
  byId("camera-torch").hidden = state !== "on" || torch === undefined;
  byId("camera-torch").setAttribute("aria-pressed", String(Boolean(torch)));
}

function theCamera() {
  camera ??= new Camera(byId("video"), (text) => onText(text), show);
  return camera;
}

/** Start the camera where it was on, or where the permission is granted. */
export async function open() {
  if (theCamera().isWanted()) return;
  if (!Camera.possible()) {
    show({ state: "off", reason: "camera_insecure" });
    return;
  }
  const startNow = (await values.get("camera")) !== false && (resume || (await Camera.allowed()));
  if (startNow) await theCamera().start(await values.get("facing"), await values.get("torch"));
  else show({ state: "off", reason: "camera_off" });
}

/** Stop it; `open` starts it again. */
export function close() {
  resume = Boolean(camera?.isWanted());
  camera?.release();
  show({ state: "off", reason: "camera_off" });
}

/**
 * Once per page.
 * @param {(text: string) => void} read takes the text of every code
 * @param {() => boolean} isNeeded whether a camera is of use at present
 */
export function listen(read, isNeeded) {
  onText = read;
  byId("camera-start").addEventListener("click", async () => {
    await theCamera().start(await values.get("facing"));
    await values.put("camera", true);
  });
  byId("camera-stop").addEventListener("click", () => {
    theCamera().stop();
    values.put("camera", false);
  });
  byId("camera-switch").addEventListener("click", async () => {
    await theCamera().turn();
    await values.put("facing", theCamera().facing);
  });
  byId("camera-torch").addEventListener("click", async () => {
    await theCamera().light(!theCamera().lit);
    await values.put("torch", theCamera().lit);
  });
  for (const use of ["pointerdown", "keydown"]) document.addEventListener(use, () => camera?.wake(), { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (!isNeeded()) return;
    // A hidden page gets no frames, and would block the camera for other apps.
    if (document.hidden) close();
    else open();
  });
}
