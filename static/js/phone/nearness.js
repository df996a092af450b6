// "I am here": the phone compares its position with the venue's by itself. What the form carries is yes or no; the
// position goes nowhere.

const EARTH = 6_371_000; // metres
const PATIENCE = 15_000;
const RECENT = 60_000;

/**
 * Metres between two points in degrees, along the ground.
 * @param {number[]} point
 * @param {number[]} other
 */
function apart([latitude, longitude], [otherLatitude, otherLongitude]) {
  const radians = Math.PI / 180;
  const north = Math.sin(((otherLatitude - latitude) * radians) / 2);
  const east = Math.sin(((otherLongitude - longitude) * radians) / 2);
  const bend = north ** 2 + Math.cos(latitude * radians) * Math.cos(otherLatitude * radians) * east ** 2;
  return 2 * EARTH * Math.asin(Math.sqrt(bend));
}

/**
 * "yes", "no", or "" where the phone knows its place too vaguely to say.
 * @param {GeolocationCoordinates} coordinates
 * @param {number[][]} points
 * @param {number} metres
 */
function judge({ latitude, longitude, accuracy }, points, metres) {
  const nearest = Math.min(...points.map((point) => apart([latitude, longitude], point)));
  if (nearest <= metres + Math.min(accuracy, metres)) return accuracy <= 2 * metres ? "yes" : "";
  return nearest > metres + accuracy ? "no" : "";
}

const box = document.getElementById("near");
if (box && navigator.geolocation) {
  const button = /** @type {HTMLButtonElement} */ (box.querySelector("button"));
  const output = /** @type {HTMLElement} */ (box.querySelector("output"));
  const field = /** @type {HTMLInputElement} */ (document.getElementById("near-answer"));
  const points = JSON.parse(box.dataset.points ?? "[]");
  const metres = Number(box.dataset.metres);

  /**
   * @param {string} answer
   * @param {string} words
   */
  const show = (answer, words) => {
    field.value = answer;
    box.dataset.answer = answer;
    output.textContent = box.dataset[words] ?? "";
    button.disabled = false;
    button.hidden = answer === "yes";
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    output.textContent = box.dataset.looking ?? "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const answer = judge(coords, points, metres);
        show(answer, answer === "" ? "vague" : { yes: "near", no: "far" }[answer]);
      },
      () => show("", "failed"),
      { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: RECENT },
    );
  });
  box.hidden = false;
}
