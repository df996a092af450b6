// Reads a calendar from standard input with two parsers; prints {parser: {uid: [title, start, end, status, whole]}}.
// Instants as UTC, whole days as 2024-04-20 with the day after the last as their end.

import { readFileSync } from "node:fs";
import process from "node:process";
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const text = readFileSync(0, "utf-8");

function two(number) {
  return String(number).padStart(2, "0");
}

function byIcalJs() {
  const root = new ICAL.Component(ICAL.parse(text));
  const zone = new ICAL.Timezone(root.getFirstSubcomponent("vtimezone"));
  ICAL.TimezoneService.register(zone.tzid, zone);
  const told = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());
  return root.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    const status = component.getFirstPropertyValue("status");
    return [event.uid, [event.summary, told(event.startDate), told(event.endDate), status, event.startDate.isDate]];
  });
}

function byNodeIcal() {
  const events = Object.values(nodeIcal.sync.parseICS(text)).filter((found) => found.type === "VEVENT");
  return events.map((event) => {
    const whole = event.datetype === "date";
    const day = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    const told = (date) => (whole ? day(date) : date.toISOString());
    return [event.uid, [event.summary, told(event.start), told(event.end), event.status, whole]];
  });
}

const found = { "ical.js": byIcalJs(), "node-ical": byNodeIcal() };
const objects = Object.entries(found).map(([name, rows]) => [name, Object.fromEntries(rows)]);
process.stdout.write(JSON.stringify(Object.fromEntries(objects)));
