// `npm test`: prepares what the tests need, runs everything that proves the project, and ends with one line.
import './node-version.mjs';

// Not a static import: an old Node must reach the line above before it reads the rest.
import('./all-tests.mjs');
