/* global process */
// Entry of the policy pack. Plain CommonJS, so that every host of Pulumi and every Node can load it and say what is wrong.
if (!process.features.typescript) {
  throw new Error(
    `the policies are TypeScript, which Node ${process.version} does not run: put Node 24 first in the PATH, or run ./flotilla check --cloud`,
  );
}
module.exports = import('./pack.ts');
