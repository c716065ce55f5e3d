import { createHmac, timingSafeEqual } from 'node:crypto';
import fastify from 'fastify';

/** The yardstick of the burst: a server that checks the same signature and does nothing else. */
const authToken = process.argv[2] ?? '';
const publicUrl = process.argv[3] ?? '';

const server = fastify({ logger: false });
server.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  (_request, body, done) => done(null, body),
);
server.post('/webhooks/*', (request, reply) => {
  const fields = [...new URLSearchParams(request.body as string)].sort(([a], [b]) => (a < b ? -1 : 1));
  const signed = fields.reduce((text, [name, value]) => text + name + value, publicUrl + request.url);
  const expected = createHmac('sha1', authToken).update(signed).digest();
  const given = Buffer.from(String(request.headers['x-twilio-signature'] ?? ''), 'base64');
  const genuine = given.length === expected.length && timingSafeEqual(given, expected);
  void reply
    .status(genuine ? 200 : 403)
    .type('text/xml')
    .send(genuine ? '<Response/>' : '');
});

void server.listen({ host: '127.0.0.1', port: 0 }).then((url) => process.send?.(url));
process.on('disconnect', () => process.exit(0));
