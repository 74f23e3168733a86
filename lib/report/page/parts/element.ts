// Elements without a framework: h('p', { class: 'note' }, 'text').

type Value = string | number | boolean | Readonly<Record<string, string>> | ((event: Event) => void);
type Attributes = Readonly<Record<string, Value | undefined>>;
export type Child = Node | string;

/**
 * An HTML element; a function among the attributes listens to the event of that name, true sets a bare attribute. Style
 * is given as `{ property: value }`: the page's policy does not let an attribute have it.
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

/** A relative address of a file, whatever its name holds. */
export const pathOf = (...names: readonly string[]): string => names.map(encodeURIComponent).join('/');

/**
 * A part of the page, or in its place a line that says why there is none: the others stay. Data that came from elsewhere
 * may be anything.
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

/** A part of the page with its heading; `id` is what the links at the top go to. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  const heading = `${id}-title`;
  return h('section', { id, 'aria-labelledby': heading }, h('h2', { id: heading }, title), ...children);
}

/** Where a measure or a picture comes from. */
export const source = (text: string): HTMLElement => h('span', { class: 'source' }, text);

/** A table that scrolls in its own place where it is wider than the window. */
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

/** In the place of a part whose stage is not there. */
export const missing = (what: string, stage: string): HTMLElement =>
  h(
    'p',
    { class: 'missing', 'data-missing': stage },
    `${what} is made from the stage ${stage}, which was not there when this page was made. Add `,
    h('code', {}, stage),
    ' to the needs of ',
    h('code', {}, 'report'),
    ' in pipeline.yaml and run ',
    h('code', {}, 'npm run pipeline -- report'),
    '.',
  );
