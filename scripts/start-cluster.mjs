// `npm run start:cluster`: installs and builds what changed, then runs each service as processes of its own behind one
// front door, on the servers that the environment names or on its own.
import './node-version.mjs';

// Not a static import: an old Node must reach the line above before it reads the rest.
import('./cluster.mjs');
