import { grpcPaths, httpPaths, type PathRow, type Upstream, upstreams } from './paths';

/** What differs between the places where the front door stands. */
export interface FrontDoorOptions {
  /** host:port to listen on. */
  http: string;
  grpc: string;
  /** host:port of every process, by group. */
  servers: Record<Upstream, readonly string[]>;
}

const http = new Set(httpPaths.map(({ upstream }) => upstream));

/** Below the 65 s after which our HTTP servers close an idle connection, so that no request meets a closing one. */
const idleUpstreamSeconds = 60;

/**
 * The configuration of nginx as the one front door: HTTP and gRPC by path. Limits and answers stay those of the servers
 * behind it, so bodies are passed on as they come, and a request is given to another server only where none has had it.
 *
 * @param options where it listens and what is behind it.
 * @returns the text of nginx.conf; all paths in it are relative to nginx's prefix (`-p`).
 */
export function renderNginxConfig(options: FrontDoorOptions): string {
  return `# Written by packages/testkit/src/front-door/main.ts from the table of paths beside it.
daemon off;
worker_processes 2;
worker_shutdown_timeout 20s;
pid nginx.pid;
# Lower levels quote the path and the address of a request, which are personal data.
error_log stderr crit;

events {
  worker_connections 16384;
}

http {
  access_log off;
  server_tokens off;
  default_type application/json;
  merge_slashes off;
  keepalive_timeout 65s;
  keepalive_requests 1000000;
  client_header_timeout 10s;
  client_max_body_size 0;
  large_client_header_buffers 4 16k;
  client_body_temp_path client_temp;
  proxy_temp_path proxy_temp;
  fastcgi_temp_path fastcgi_temp;
  uwsgi_temp_path uwsgi_temp;
  scgi_temp_path scgi_temp;

${upstreams.map((name) => upstreamBlock(name, options.servers[name])).join('\n')}
  map $http_upgrade $upstream_connection {
    default upgrade;
    '' '';
  }

${routeMap('http_upstream', httpPaths)}
${routeMap('grpc_upstream', grpcPaths)}
  server {
    listen ${options.http} backlog=4096;

    location / {
      proxy_pass http://$http_upstream;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_max_temp_file_size 0;
      proxy_set_header Host $http_host;
      proxy_set_header Connection $upstream_connection;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_connect_timeout 2s;
      # Web chat holds its sockets open; a service that hangs is ended by who supervises it.
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
    }

    error_page 400 = /.bad-request;
    error_page 494 = /.too-large;
    error_page 502 504 = /.away;

    # A path that nginx can not read is an unknown channel like any other.
    location = /.bad-request {
      internal;
      if ($request ~ "^[A-Z]+ /webhooks/") {
        rewrite ^ /.unknown-channel last;
      }
      return 400 '{"error":"the request is not valid"}';
    }
    location = /.unknown-channel {
      internal;
      default_type '';
      set $nothing '';
      return 403 $nothing;
    }
    location = /.too-large {
      internal;
      return 431 '{"error":"the request is not valid"}';
    }
    location = /.away {
      internal;
      add_header Retry-After 5 always;
      return 503 '{"error":"the service is away"}';
    }
  }

  server {
    listen ${options.grpc} http2 backlog=4096;
    http2_max_concurrent_streams 1000;
    # A watch is silent for as long as nothing changes.
    keepalive_timeout 1h;
    grpc_connect_timeout 2s;
    grpc_read_timeout 1h;
    grpc_send_timeout 1h;

    location / {
      grpc_pass grpc://$grpc_upstream;
    }

    error_page 502 504 = /.away;

    # UNAVAILABLE in a response without a message, which is one of headers alone.
    location = /.away {
      internal;
      default_type application/grpc;
      add_header grpc-status 14 always;
      add_header grpc-message 'the service is away' always;
      return 200 '';
    }
  }
}
`;
}

function upstreamBlock(name: Upstream, servers: readonly string[]): string {
  const lines = [
    // A request that fails says nothing of the next one: a server that is down refuses at once, and another is asked.
    ...servers.map((server) => `server ${server} max_fails=0;`),
    `keepalive ${http.has(name) ? 128 : 32};`,
    `keepalive_timeout ${idleUpstreamSeconds}s;`,
    'keepalive_requests 1000000;',
  ];
  return `  upstream ${name} {\n${lines.map((line) => `    ${line}\n`).join('')}  }\n`;
}

/** By the path as it was sent: what is decoded and what has dots in it is for the servers to judge. */
function routeMap(variable: string, rows: readonly PathRow[]): string {
  const lines = rows.map(({ begins, upstream }) => `    '~^${begins}' ${upstream};\n`);
  return `  map $request_uri $${variable} {\n    default ${rows.at(-1)?.upstream};\n${lines.join('')}  }\n`;
}
