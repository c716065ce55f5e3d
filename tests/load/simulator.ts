import { createTwilioSimulator } from '@omnigate/testkit';

/** The provider in a process of its own: tells its URL, then hands over what it was sent when asked. */
async function main(): Promise<void> {
  const callbacks = (process.argv[2] ?? '').split(',').filter((status) => status !== '');
  const twilio = await createTwilioSimulator({ accountSid: 'AC1', authToken: 'bench-token', callbacks });
  process.on('message', () => {
    const sends = twilio.attempts.splice(0).map(({ to, atMs }) => ({ to, atMs }));
    twilio.messages.splice(0);
    process.send?.(sends);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(twilio.url);
}

void main();
