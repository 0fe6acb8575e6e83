/** Days that a PSC's authority lasts. Clients are given its certificate, so that its end is felt outside of the platform. */
export const AUTHORITY_DAYS = 3650;

/** An authority with fewer days left than this is replaced: clients that still trust it only are served for as long. */
export const AUTHORITY_RENEWAL_DAYS = 365;

/** Days after its replacement in which an authority is still trusted, and vouches for the one that came after it. */
export const FORMER_AUTHORITY_DAYS = 180;

/** Days that a pod's certificate lasts. */
export const CERTIFICATE_DAYS = 90;

/** A pod's certificate with fewer days left than this is made anew: time for a roll, and for a person to notice that none came. */
export const CERTIFICATE_RENEWAL_DAYS = 30;

/** Days after which the passwords of the platform's users are replaced. */
export const PASSWORD_DAYS = 90;

/** How long whoever logs in with what the Secret said may go on without reading it again. */
export const LOGIN_BELIEF_MS = 5 * 60 * 1000;

/** How long the former logins let in after the Secret has named others: three times as long as anybody believes it. */
export const FORMER_LOGIN_MS = 3 * LOGIN_BELIEF_MS;

/** From the end of the former logins to the next rotation: what an earlier leader has still sent to Kafka is over by then. */
export const LOGIN_REST_MS = 5 * 60 * 1000;

/** Certificates begin this long before they are made, for clocks that are behind. */
export const BACKDATED_MS = 60 * 60 * 1000;

export const DAY_MS = 24 * 60 * 60 * 1000;
