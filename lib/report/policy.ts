// Content security policies: a page may run the script and use the style that it was built with, and show its own images.
import { createHash } from 'node:crypto';

/** The policy of a page with exactly this script and this style sheet. With `asks` it may ask the server that it came from. */
export function policyOf(script: string, style: string, asks: boolean): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}' 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `style-src '${hashOf(style)}'`,
    'img-src data: blob:',
    ...(asks ? [CONNECT] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const CONNECT = "connect-src 'self'";

/** What only a header can say. */
const SERVED = "frame-ancestors 'none'";

/** For all other files that are served, such as a figure opened by itself: they can be seen but run nothing. */
export const CLOSED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/** The policy to serve a page with; `head` is the beginning of the page. */
export function servedPolicy(head: string): string {
  const own = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(head)?.[1];
  return own === undefined ? CLOSED : `${own}; ${SERVED}`;
}
