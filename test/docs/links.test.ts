// Links within README.md, CONTRIBUTING.md, CHANGELOG.md and docs/ lead to files that exist, and to headings that they have.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { project } from './copy.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...(await readdir(join(project, 'docs')))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A page without its blocks of code. */
const proseOf = async (page: string): Promise<string> =>
  (await readFile(join(project, page), 'utf8')).replace(/^```.*?^```/gms, '');

/** The anchor that GitHub gives to a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

const anchorsIn = async (page: string): Promise<string[]> =>
  [...(await proseOf(page)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!.trim()));

for (const page of pages)
  test(`the links of ${page} lead somewhere`, async () => {
    const links = [...(await proseOf(page)).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link!);
    for (const link of links) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      assert.ok(existsSync(join(project, target)), `${link}: there is no ${target}`);
      if (anchor !== undefined)
        assert.ok((await anchorsIn(target)).includes(anchor), `${link}: ${target} has no such heading`);
    }
  });
