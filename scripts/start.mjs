// `npm start`: installs and builds what changed, then runs Omnigate in one process on Node 24.
import './node-version.mjs';

// Not a static import: an old Node must reach the line above before it reads the rest.
import('./standalone.mjs');
