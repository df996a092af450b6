// A pass in the hand: the screen stays lit while its code is held under a scanner.

import { stayAwake } from "./kiosk/wake.js";

stayAwake();
