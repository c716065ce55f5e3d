import { type FrontDoorOptions, renderNginxConfig } from './nginx-config';

/** Names and ports of the containers in docker-compose.yml. */
const containers: FrontDoorOptions = {
  http: '0.0.0.0:8080',
  grpc: '0.0.0.0:9090',
  servers: {
    webhooks: ['channel-webhooks:8080'],
    web: ['channel-web:8080'],
    wechat: ['channel-wechat:8080'],
    // Containers show no demo: its answer is that there is nothing.
    demo: ['channel-web:8080'],
    // Each container's own health is Docker's to judge; what is asked from outside is whether webhooks are taken.
    operations: ['channel-webhooks:8080'],
    directory: ['directory:9090'],
    routing: ['routing:9090'],
    bot: ['bot:9090'],
    ticket: ['ticket:9090'],
    analytics: ['analytics:9090'],
    integration: ['integration:9090'],
  },
};

/** The front door of docker-compose.yml, which is kept in deploy/nginx/nginx.conf. */
export const composeConfig = (): string => renderNginxConfig(containers);
