// What a service worker has around it. SHELL stands in the first line that the server puts before the kiosk's worker.

declare const SHELL: { version: string; files: Record<string, string> };
