import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { domainRules, driverOwners, packageGraph, serviceGraph } from './dependency-rules.mjs';

/** Tests, what only tests use (`testing/`), and the package of end-to-end tests. */
const isTest = (file) => /\.test\.ts$|^(packages|services)\/[^/]+\/(src\/)?testing\/|^tests\//.test(file);

/** `packages/rpc/src/a.ts` is in area `packages`, name `rpc`, folder `packages/rpc`. */
function placeOf(file) {
  const [area, name] = file.split('/');
  return area === 'tests'
    ? { area, name: 'tests', folder: 'tests' }
    : { area, name, folder: `${area}/${name}` };
}

/** The package that a bare specifier names: `@scope/name/deep` is `@scope/name`. */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

function judgeRelative(file, specifier) {
  const { folder } = placeOf(file);
  const target = posix.join(posix.dirname(file), specifier);
  if (!target.startsWith(`${folder}/`))
    return 'a relative import stays in its package: import the package by name';
  if (!isTest(file) && isTest(`${target}.ts`)) return 'testing/ is for tests';
  const domain = domainOf(file);
  if (domain && !isTest(file) && !target.startsWith(domain))
    return 'domain/ imports nothing from outside domain/';
  return undefined;
}

/** The `…/domain/` folder that a file is in, if it is in one. */
const domainOf = (file) => /^services\/[^/]+\/src\/domain\//.exec(file)?.[0];

function judgeOurs({ file, names }, name, manifests) {
  const { area, name: self } = placeOf(file);
  if (isTest(file) && (name === 'testkit' || area === 'tests')) return undefined;
  if (name === 'testkit') return 'the test kit is for tests';
  const pure = names.every((each) => domainRules.pure[name]?.includes(each));
  if (domainOf(file) && !isTest(file) && !domainRules.ours.includes(name) && !pure) {
    return `domain/ may import of ours only ${domainRules.ours.join(' and ')}`;
  }
  return manifests.has(`services/${name}`) ? judgeService(area, self) : judgePackage(area, self, name);
}

function judgeService(area, self) {
  if (area === 'packages') return 'a package never imports a service';
  return serviceGraph[self]?.services === 'all' ? undefined : 'a service never imports another service';
}

function judgePackage(area, self, name) {
  const allowed = area === 'packages' ? packageGraph[self] : (serviceGraph[self]?.packages ?? 'all');
  if (!allowed) return `packages/${self} is not in scripts/dependency-rules.mjs`;
  if (allowed === 'all' ? name in packageGraph : allowed.includes(name)) return undefined;
  return `${area}/${self} may import of ours only ${allowed === 'all' ? 'packages' : allowed.join(', ') || 'nothing'}`;
}

function judgeThird(file, specifier) {
  const name = isBuiltin(specifier) ? specifier : packageOf(specifier);
  const owners = driverOwners[name];
  if (owners && !owners.some((owner) => file.startsWith(owner)))
    return `only ${owners.join(' and ')} may import it`;
  const driver = domainRules.drivers.find((each) => name === each || name.startsWith(`${each}/`));
  if (domainOf(file) && !isTest(file) && driver) return 'domain/ imports no driver';
  return undefined;
}

function judgeDeclared(file, name, manifests) {
  const { folder } = placeOf(file);
  const { dependencies = {}, devDependencies = {} } = manifests.get(folder) ?? {};
  // The test kit depends on packages: their tests may use it, but to declare it would be a cycle of the workspace.
  if (name in dependencies || name === '@omnigate/testkit' || name.startsWith('@jest/')) return undefined;
  if (name in devDependencies || `@types/${name}` in devDependencies) return undefined;
  return `${folder}/package.json does not declare it`;
}

/**
 * Judges one import.
 * @param {{ file: string, specifier: string, names: string[] }} found file: relative to the repository
 * @param {Map<string, object>} manifests by folder
 * @returns {string | undefined} why it is wrong
 */
export function judgeImport(found, manifests) {
  const { file, specifier } = found;
  if (specifier.startsWith('.')) return judgeRelative(file, specifier);
  const name = packageOf(specifier);
  const own = /^@omnigate\/(.+)$/.exec(name)?.[1] ?? (name === 'omnigate' ? 'cli' : undefined);
  if (own) {
    // Its manifest tells where a package's files are; it is no code.
    // The contract suites stand beside index.ts, since they need Jest.
    const contract = specifier === `${name}/contract` && isTest(file);
    if (specifier !== name && specifier !== `${name}/package.json` && !contract)
      return 'import a package by its name: what index.ts does not export is private';
    if (own === placeOf(file).name) return 'a package imports its own files by path';
    return judgeOurs(found, own, manifests) ?? judgeDeclared(file, name, manifests);
  }
  const reason = judgeThird(file, specifier);
  return reason ?? (isBuiltin(specifier) ? undefined : judgeDeclared(file, name, manifests));
}
