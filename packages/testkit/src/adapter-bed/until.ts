// Below Jest's own limit, so that a loop does not outlive its test.
const patienceMs = 20_000;

/** Waits until a condition holds. @throws Error when it doesn't for too long */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`still not: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
