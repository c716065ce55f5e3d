import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { customerKeys, type DemoCustomer, demoCustomers } from './customers';
import { commitFault, type OrderSystemFault, orderSystemFaults } from './faults';

/** How the order system is. */
export interface OrderSystemOptions {
  /** Bearer token that it wants. */
  token: string;
  /** Default: those of the demo. */
  customers?: readonly DemoCustomer[];
  port?: number;
}

/** A request that came, faulty or not. */
export interface OrderSystemRequest {
  method: string;
  /** Path and query, as they came. */
  path: string;
  body: string;
  authorization: string | undefined;
}

/** A business's order system on a loopback port: orders, bills and rooms by phone, mail, user or openid. */
export interface OrderSystem {
  /** For `base_url`. */
  url: string;
  requests: OrderSystemRequest[];
  /** From now on requests go wrong like this; undefined: no more. */
  fault(fault: OrderSystemFault | undefined): void;
  stop(): Promise<void>;
}

// Not an order system's: for whoever shows the demo.
const faultPath = /^\/simulator\/fault\/([a-z-]+)$/;

/**
 * Starts an order system.
 *
 * @param o its token and customers
 * @returns the system; the caller stops it
 */
export async function startOrderSystem(o: OrderSystemOptions): Promise<OrderSystem> {
  const customers = o.customers ?? demoCustomers;
  const requests: OrderSystemRequest[] = [];
  let fault: OrderSystemFault | undefined;

  function answer(request: OrderSystemRequest, response: ServerResponse): void {
    const control = request.method === 'PUT' ? faultPath.exec(request.path)?.[1] : undefined;
    if (control !== undefined) {
      fault = orderSystemFaults.find((each) => each === control);
      send(response, 200, { fault: fault ?? 'none' });
      return;
    }
    requests.push(request);
    if (fault !== undefined) commitFault(fault, response);
    else if (request.authorization !== `Bearer ${o.token}`) send(response, 401, { error: 'unauthorized' });
    else {
      const found = look(customers, request);
      send(response, found === undefined ? 404 : 200, found ?? { error: 'not found' });
    }
  }

  const server = createServer((request, response) => {
    readBody(request, (body) => {
      const { method = '', url = '', headers } = request;
      answer({ method, path: url, body, authorization: headers.authorization }, response);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fault: (next) => {
      fault = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function look(customers: readonly DemoCustomer[], request: OrderSystemRequest): unknown {
  const { pathname, searchParams } = new URL(request.path, 'http://orders');
  const asked = request.method === 'POST' ? fieldsOf(request.body) : searchParams;
  const customer = customers.find((each) => isAsked(each, asked));
  return customer && views[pathname]?.(customer, asked);
}

type Asked = Pick<URLSearchParams, 'get'>;

const views: Record<string, (customer: DemoCustomer, asked: Asked) => unknown> = {
  '/orders': ({ orders }, asked) => {
    const number = asked.get('order');
    return { data: { orders: number === null ? orders : orders.filter(({ id }) => id === number) } };
  },
  '/bills': ({ bills }) => ({ bills }),
  '/room': ({ room }) => room,
};

const isAsked = (customer: DemoCustomer, asked: Asked): boolean =>
  customerKeys.some((key) => customer[key] !== undefined && customer[key] === asked.get(key));

/** The texts of a body by their names, read as a query is. */
function fieldsOf(body: string): URLSearchParams {
  const fields = JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>;
  return new URLSearchParams(
    Object.entries(fields).map(([name, value]) => [name, String(value)] as [string, string]),
  );
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function readBody(request: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (part: Buffer) => chunks.push(part));
  request.on('end', () => done(Buffer.concat(chunks).toString('utf8')));
}
