// Exit code 0 when this container's service can take work.
const port = process.env.OMNIGATE_HTTP_PORT || 8080;
const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(3_000) }).catch(
  () => undefined,
);
process.exit(answer?.status === 200 ? 0 : 1);
