// Saves something that a page has made as a file on the reader's disk. Works from file:// too.
import { h } from './element.ts';

export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  h('a', { href: url, download: name }).click();
  // By then the browser holds the content.
  setTimeout(() => URL.revokeObjectURL(url));
}
