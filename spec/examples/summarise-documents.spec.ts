import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { documentsOfDependencies } from '../../examples/summarise/default-documents.js';
import { findDocuments, readDocument } from '../../examples/summarise/documents.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rxllm-summarise-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | Uint8Array): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

describe('findDocuments', () => {
  it('finds Markdown and text files at any depth, sorted by path', async () => {
    for (const path of ['z.md', 'a/b/c.markdown', 'a/d.TXT', 'a/e.html', 'f.md.bak']) {
      write(path, 'text');
    }

    const found = await findDocuments(folder);

    expect(found.map((path) => relative(folder, path))).toEqual([
      join('a', 'b', 'c.markdown'),
      join('a', 'd.TXT'),
      'z.md',
    ]);
  });

  it('leaves out what others have put there, unless asked for it', async () => {
    write('node_modules/package/README.md', 'text');
    write('.git/description.txt', 'text');

    expect(await findDocuments(folder)).toEqual([]);
    expect(await findDocuments(join(folder, 'node_modules'))).toHaveLength(1);
  });

  it('ends where links lead back, or nowhere', async () => {
    write('docs/a.md', 'text');
    symlinkSync(folder, join(folder, 'docs/loop'));
    symlinkSync('nowhere', join(folder, 'docs/broken.md'));

    expect(await findDocuments(folder)).toEqual([join(folder, 'docs/a.md')]);
  });

  it.each([
    ['is not there', 'nowhere', /nowhere: cannot read it: no such file or folder$/],
    ['is a file', 'file.md', /file\.md: cannot read it: it is not a folder$/],
  ])('fails in one line for a folder that %s', async (_, path, message) => {
    write('file.md', 'text');

    await expect(findDocuments(join(folder, path))).rejects.toThrow(message);
  });
});

describe('readDocument', () => {
  it('gives the text, and a hash that changes with it', async () => {
    const one = await readDocument(write('one.md', 'Ünï ☃'));
    const other = await readDocument(write('other.md', 'Ünï ☂'));

    expect(one.text).toBe('Ünï ☃');
    expect(one.hash).not.toBe(other.hash);
  });

  it.each([
    ['not text in UTF-8', new Uint8Array([0x61, 0, 0x62])],
    ['not text in UTF-8', new Uint8Array([0xff, 0xfe, 0x61])],
    ['empty', ' \n'],
    ['larger than 4 MB', 'a'.repeat(4_000_001)],
  ])('knows a file that is %s', async (reason, content) => {
    await expect(readDocument(write('a.md', content))).rejects.toMatchObject({ reason });
  });

  it('knows a file that is not readable', async () => {
    const read = readDocument(join(folder, 'gone.md'));

    await expect(read).rejects.toMatchObject({ reason: 'not readable' });
  });
});

describe('documentsOfDependencies', () => {
  it('takes the packages that package.json names first', async () => {
    const readme = 'A README with something to say. '.repeat(20);
    write('package.json', JSON.stringify({ devDependencies: { zebra: '1', '@scope/named': '1' } }));
    for (const name of ['ant', 'zebra', '@scope/named', '@scope/other']) {
      write(`node_modules/${name}/README.md`, readme);
    }
    write('node_modules/.package-lock.json', '{}');
    write('node_modules/short/README.md', 'See elsewhere.');
    write('node_modules/bare/index.js', '');

    const found = await documentsOfDependencies(folder);

    expect(found.map((path) => relative(join(folder, 'node_modules'), path))).toEqual(
      ['@scope/named', 'zebra', '@scope/other', 'ant'].map((name) => join(name, 'README.md')),
    );
  });

  it('takes no more than a minute is worth, and the same each time', async () => {
    const root = join(__dirname, '../..');
    const [once, again] = [
      await documentsOfDependencies(root),
      await documentsOfDependencies(root),
    ];
    const texts = await Promise.all(once.map((path) => readDocument(path)));
    const size = texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);

    expect(again).toEqual(once);
    expect(size).toBeGreaterThan(610_000);
    expect(size).toBeLessThanOrEqual(620_000);
  });
});
