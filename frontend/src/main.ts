import "./css/app.css";
import "../.generated/sprite.svg?url";
import htmx from "htmx.org";

import { watchRequests } from "./islands/requests";
import { guardForms } from "./islands/guard";
import { watchShortcuts } from "./islands/shortcuts";
import { watchConfirm } from "./islands/confirm";
import { watchToasts } from "./islands/toasts";
import { watchMenus } from "./islands/menus";
import { watchPanel } from "./islands/panel";
import { watchRoving } from "./islands/roving";
import { watchRows } from "./islands/rows";
import { watchDates } from "./islands/dates";
import { watchPreferences } from "./islands/preferences";
import { keepDrafts } from "./islands/draft";
import { watchPaper } from "./islands/paper";
import "./islands/clock";
import "./islands/tabs";
import "./islands/typeahead";
import "./islands/palette";
import "./islands/progress";

htmx.config.history = "reload";
htmx.config.defaultTimeout = 20_000;

watchRequests();
guardForms();
watchConfirm();
watchToasts();
watchMenus();
watchPanel();
watchRoving();
watchRows();
watchDates();
watchPreferences();
keepDrafts();
watchPaper();
watchShortcuts();
