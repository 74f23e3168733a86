// What a page may do, as a content security policy: run and wear what it was built with, show pictures that it holds.
import { createHash } from 'node:crypto';

/** For the page whose only script is `script` and whose only style sheet is `style`, to the letter. */
export function policyOf(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}' 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `style-src '${hashOf(style)}'`,
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** What the page may do beyond that where it is served; only a header can say so. */
const SERVED = "connect-src 'self'; frame-ancestors 'none'";

/** For everything else that is served, such as a figure that is opened by itself: it is looked at and does nothing. */
export const CLOSED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/** The header of a page that begins with `head`. */
export function servedPolicy(head: string): string {
  const own = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(head)?.[1];
  return own === undefined ? CLOSED : `${own}; ${SERVED}`;
}
