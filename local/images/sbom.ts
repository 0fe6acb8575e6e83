/** A part of an image, as its software bill of materials names it. */
export interface SbomPart {
  readonly name: string;
  readonly version: string;
  /** Package URL (github.com/package-url/purl-spec). */
  readonly purl: string;
  /** Digest of the file that was fetched, in hexadecimal digits; absent for what Debian's own tools fetched and checked. */
  readonly digest?: { readonly algorithm: 'SHA-256' | 'SHA-512'; readonly hex: string };
}

/** The bill of materials of one image as CycloneDX 1.6 JSON (cyclonedx.org/docs/1.6/json), without repeats, in one order. */
export function sbomText(
  image: { readonly name: string; readonly version: string },
  parts: readonly SbomPart[],
): string {
  const byPurl = new Map(parts.map((part) => [part.purl, part]));
  const components = [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1)).map(component);
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', name: image.name, version: image.version } },
    components,
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

/** A jar of Maven. */
export function mavenPart(
  { groupId, artifactId, version }: { readonly groupId: string; readonly artifactId: string; readonly version: string },
  sha256: string,
): SbomPart {
  return {
    name: artifactId,
    version,
    purl: `pkg:maven/${encodeURIComponent(groupId)}/${encodeURIComponent(artifactId)}@${encodeURIComponent(version)}`,
    digest: { algorithm: 'SHA-256', hex: sha256 },
  };
}

/** A package of npm; `integrity` as lockfiles have it, `sha512-` and base64. */
export function npmPart(name: string, version: string, integrity: string | undefined): SbomPart {
  const encoded = name.split('/').map(encodeURIComponent).join('/');
  const base64 = /^sha512-(\S+)$/.exec(integrity ?? '')?.[1];
  return {
    name,
    version,
    purl: `pkg:npm/${encoded}@${encodeURIComponent(version)}`,
    ...(base64 === undefined
      ? {}
      : { digest: { algorithm: 'SHA-512', hex: Buffer.from(base64, 'base64').toString('hex') } }),
  };
}

/** Packages that Debian's `/var/lib/dpkg/status` says are installed. */
export function debianParts(status: string): readonly SbomPart[] {
  return status.split(/\n\n+/).flatMap((paragraph) => {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(paragraph)?.[1];
    const [name, version, architecture] = [field('Package'), field('Version'), field('Architecture')];
    if (name === undefined || version === undefined || architecture === undefined) return [];
    if (field('Status') !== 'install ok installed') return [];
    const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian-12`;
    return [{ name, version, purl }];
  });
}

function component({ name, version, purl, digest }: SbomPart): Readonly<Record<string, unknown>> {
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(digest === undefined ? {} : { hashes: [{ alg: digest.algorithm, content: digest.hex }] }),
  };
}
