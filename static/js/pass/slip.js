// The page of a slip of attendance for its holder: available offline once it was opened.

import { keepForOffline } from "./keep-page.js";

keepForOffline();
