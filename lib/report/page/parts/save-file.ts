// Saves what a page has made as a file of the reader's, from file:// too.
import { h } from './element.ts';

export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  h('a', { href: url, download: name }).click();
  // The browser has taken hold of the content once the click is over.
  setTimeout(() => URL.revokeObjectURL(url));
}
