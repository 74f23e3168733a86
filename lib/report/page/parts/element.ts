// Elements without a framework: h('p', { class: 'note' }, 'text').

type Value = string | number | boolean | Readonly<Record<string, string>> | ((event: Event) => void);
type Attributes = Readonly<Record<string, Value | undefined>>;
export type Child = Node | string;

/**
 * Makes an HTML element. A function among the attributes listens to the event of that name; `true` sets an attribute
 * without a value. Style is given as `{ property: value }`, because the policy of the page forbids style attributes.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (typeof value === 'object')
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    else if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/**
 * Whether the page comes from a server, which also has the files beside it. A page opened from disk may stand alone.
 */
export const isServed = location.protocol !== 'file:';

/** A link to a file beside the page; only its name if the page is not served. */
export const fileLink = (href: string, name: string): HTMLElement =>
  isServed ? h('a', { href }, name) : h('span', {}, name);

/** The relative address of a file. Its names may have any characters. */
export const pathOf = (...names: readonly string[]): string => names.map(encodeURIComponent).join('/');

/**
 * A part of the page. If it cannot be made, a line in its place says why, and the other parts are not affected: data from
 * elsewhere may be anything.
 */
export function part<T>(name: string, make: () => T): T | HTMLElement {
  try {
    return make();
  } catch (error) {
    return h(
      'p',
      { class: 'missing', 'data-broken': name },
      `${name} cannot be shown: ${(error as Error).message}`,
    );
  }
}

/** A section of the page with a heading; the links at the top of the page lead to its `id`. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  const heading = `${id}-title`;
  return h('section', { id, 'aria-labelledby': heading }, h('h2', { id: heading }, title), ...children);
}

/** The source of a measure or a picture. */
export const source = (text: string): HTMLElement => h('span', { class: 'source' }, text);

/** A table that scrolls in its place if it is wider than the window. */
export const table = (head: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement =>
  h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': head.join(', ') },
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, ...rows.map((cells) => h('tr', {}, ...cells.map((cell) => h('td', {}, cell))))),
    ),
  );

/** A part that opens on demand. */
export const details = (title: Child, ...content: readonly Child[]): HTMLElement =>
  h('details', {}, h('summary', {}, title), ...content);

/** A note in place of a part whose stage is missing. */
export const missing = (what: string, stage: string): HTMLElement =>
  h(
    'p',
    { class: 'missing', 'data-missing': stage },
    `${what} is made from the stage ${stage}, and this page was made without it. Add `,
    h('code', {}, stage),
    ' to the needs of ',
    h('code', {}, 'report'),
    ' in pipeline.yaml and run ',
    h('code', {}, 'npm run pipeline -- report'),
    '.',
  );
