/** A cause that a failed run of Pulumi can have, and what a person does about it. */
export interface PulumiHint {
  /** Stable name, as in `no-stack-selected`. */
  readonly cause: string;
  readonly hint: string;
}

/** What to do about each known cause that the texts of the engine, the providers or the clouds name; once for each. */
export function hintsFor(text: string): readonly PulumiHint[] {
  const found = CAUSES.filter(({ pattern }) => pattern.test(text));
  // A cause that explains another is told alone: behind missing credentials a cloud reports all kinds of refusals.
  const hidden = new Set(found.flatMap(({ hides = [] }) => hides));
  return found.filter(({ cause }) => !hidden.has(cause)).map(({ cause, hint }) => ({ cause, hint }));
}

interface Cause extends PulumiHint {
  readonly pattern: RegExp;
  readonly hides?: readonly string[];
}

/**
 * The engine's texts are those of Pulumi 3.230.0; the clouds' are the error codes that their APIs document, which providers
 * pass on.
 */
const CAUSES: readonly Cause[] = [
  {
    cause: 'no-host-for-packs',
    pattern: /could not read plugin \[[^\]]*\]: not supported|policy pack .* failed to start: .*not supported/,
    hint: 'the engine built here cannot start policy packs: ./flotilla check --cloud <stack> judges by the same rules, or install Pulumi itself (https://www.pulumi.com/docs/install)',
  },
  {
    cause: 'not-logged-in',
    pattern: /PULUMI_ACCESS_TOKEN must be set for login|you must log in to|not logged in/i,
    hint: 'choose where Pulumi keeps its state: ./flotilla pulumi login <s3://…, gs://…, azblob://… or file://…>, or set PULUMI_BACKEND_URL',
  },
  {
    cause: 'no-stack-selected',
    pattern: /no stack selected/,
    hint: 'name the stack, as in --stack aws-us-west-2; stacks/Pulumi.<stack>.yaml has its config',
  },
  {
    cause: 'no-such-stack',
    pattern: /no stack named '([^']+)' found/,
    hint: 'make the stack once in this backend: ./flotilla pulumi stack init <stack> (see docs/stacks.md for --secrets-provider)',
  },
  {
    cause: 'wrong-passphrase',
    pattern: /incorrect passphrase/,
    hint: 'give the passphrase that the stack was made with, in PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE',
  },
  {
    cause: 'no-passphrase',
    pattern: /passphrase must be set with PULUMI_CONFIG_PASSPHRASE/,
    hint: 'set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, or move the stack to a cloud key: ./flotilla pulumi stack change-secrets-provider',
  },
  {
    cause: 'locked',
    pattern: /the stack is currently locked by/,
    hint: 'wait for the run that holds the lock (its user, machine and process stand above); only when it is surely dead: ./flotilla pulumi cancel --stack <stack>',
  },
  {
    cause: 'pending-operations',
    pattern:
      /with \d+ pending operations? from (?:a )?previous (?:deployment|update)|pending_operations|interrupted while (?:creating|updating|deleting)/,
    hint: 'an earlier run was cut off: ./flotilla pulumi refresh --stack <stack> asks the cloud what came of it and clears the list, then run up again',
  },
  {
    cause: 'no-plugin',
    pattern: /no resource plugin '([^']+)' found|Could not automatically download and install resource plugin/,
    hint: "the provider's plugin is missing and could not be fetched: open the way to get.pulumi.com, or copy the plugin there from another machine: ./flotilla pulumi plugin install resource <name> <version> --file <archive>",
  },
  {
    cause: 'engine-too-old',
    pattern: /requires Pulumi version|unknown flag: --(?:event-log|config-file)|unsupported CLI version/,
    hint: 'install a newer Pulumi (https://www.pulumi.com/docs/install), or take the old one out of the PATH: ./flotilla pulumi then builds the tested one',
  },
  {
    cause: 'node-too-old',
    pattern: /The stacks need Node \d+|Unknown file extension "\.ts"/,
    hint: 'start Pulumi by ./flotilla pulumi, which brings its own Node',
  },
  {
    cause: 'no-credentials',
    pattern:
      /No valid credential sources|failed to refresh cached credentials|NoCredentialProviders|InvalidClientTokenId|ExpiredToken|could not find default credentials|invalid_grant|oauth2: "invalid|AADSTS\d+|Please run 'az login'|no valid authentication|DefaultAzureCredential|unable to acquire a token/i,
    hint: 'log in to the cloud: aws sso login, gcloud auth application-default login or az login; in CI give the job an identity',
    hides: ['not-allowed', 'wrong-account'],
  },
  {
    cause: 'wrong-account',
    pattern:
      /AWS account ID not allowed|(?:SubscriptionNotFound|InvalidSubscriptionId)|Project .* (?:not found|has been deleted)/i,
    hint: 'these credentials are of another account than flotilla:region.account of the stack file: change the credentials (AWS_PROFILE, az account set), or the file',
    hides: ['not-allowed'],
  },
  {
    cause: 'wrong-region',
    pattern:
      /invalid AWS Region|OptInRequired|LocationNotAvailableForResourceType|not available (?:in|for) (?:this |the )?(?:region|location)|InvalidAvailabilityZone/i,
    hint: 'the account cannot use this region or zone, or not for that resource: enable it with the cloud, or change flotilla:region',
  },
  {
    cause: 'service-off',
    pattern:
      /SERVICE_DISABLED|has not been used in project .* before or it is disabled|MissingSubscriptionRegistration/,
    hint: 'a service of the cloud is switched off: the region switches on what it needs, so run up once more in a few minutes; azure: az provider register --namespace <name>',
  },
  {
    cause: 'quota',
    pattern:
      /LimitExceeded|QuotaExceeded|QUOTA_EXCEEDED|RESOURCE_EXHAUSTED|quota.{0,40}exceeded|exceed(?:s|ed|ing)?.{0,40}quota|TooManyBuckets|AddressLimitExceeded/i,
    hint: 'a quota of the account is used up: ./flotilla explain <stack> --quotas says which ones bite and how far they reach; ask the cloud to raise it, then run up again',
  },
  {
    cause: 'not-allowed',
    pattern: /AccessDenied|UnauthorizedOperation|AuthorizationFailed|PERMISSION_DENIED|is not authorized to perform/i,
    hint: 'the identity that runs Pulumi lacks a right that the message names: grant it, then run up again',
  },
  {
    cause: 'protected',
    pattern: /protect(?:ed)?\b.{0,80}(?:unprotect|cannot be deleted)|unable to (?:replace|delete) resource/s,
    hint: 'this would destroy data: undo the change, or unprotect that one resource on purpose: ./flotilla pulumi state unprotect <urn>',
  },
];
