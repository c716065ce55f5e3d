import { grpcAddress, parseGrpcAddress } from './grpc-address';

test.each([
  ['routing:9090', 'dns:///routing:9090'],
  ['routing.shop.svc:9090', 'dns:///routing.shop.svc:9090'],
  ['127.0.0.1:9090', 'ipv4:127.0.0.1:9090'],
  ['10.0.0.1:9090, 10.0.0.2:9091', 'ipv4:10.0.0.1:9090,10.0.0.2:9091'],
  ['[::1]:9090,[fd00::2]:9090', 'ipv6:[::1]:9090,[fd00::2]:9090'],
  ['dns:///routing:9090', 'dns:///routing:9090'],
  ['dns://10.0.0.53/routing:9090', 'dns://10.0.0.53/routing:9090'],
  ['ipv4:10.0.0.1:1,10.0.0.2:2', 'ipv4:10.0.0.1:1,10.0.0.2:2'],
])('%s is %s', (text, target) => {
  expect(parseGrpcAddress(text)).toBe(target);
});

test.each(['', 'routing', 'routing:', ':9090', 'http://routing:9090', 'routing:9090,10.0.0.1:9090', 'a b:1'])(
  '“%s” is refused',
  (text) => {
    expect(parseGrpcAddress(text)).toBeUndefined();
    expect(grpcAddress('bot:1').safeParse(text).error?.issues[0]?.message).toMatch(/^must be host:port/);
  },
);

test('what is left out has its default', () => {
  expect(grpcAddress('dns:///bot:9090').parse(undefined)).toBe('dns:///bot:9090');
});
