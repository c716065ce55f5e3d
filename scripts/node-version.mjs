// The one file that an old Node must be able to read.
const oldest = 20;
const found = process.versions.node;

if (Number.parseInt(found, 10) < oldest) {
  console.error(
    `Omnigate needs Node.js ${oldest} or newer to install itself; this is ${found} (${process.execPath}).`,
  );
  console.error(`需要 Node.js ${oldest} 或更新版本，当前为 ${found}。`);
  console.error(
    'Install the current LTS (https://nodejs.org, or `nvm install --lts`), then run the same command again.',
  );
  process.exit(1);
}
