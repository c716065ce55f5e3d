import { composeConfig } from './compose-config';

// node packages/testkit/dist/front-door/main.js > deploy/nginx/nginx.conf
process.stdout.write(composeConfig());
