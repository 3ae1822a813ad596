import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Which rooms each room may import besides itself (docs/architecture.md). Rooms that are not named may import anything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  flows: ['domain'],
  formats: ['domain'],
  identity: ['domain'],
  storage: ['flows', 'domain'],
  demographics: ['flows', 'domain', 'client'],
  api: ['flows', 'formats', 'domain', 'identity'],
  pages: ['api', 'flows', 'formats', 'domain', 'identity', 'client'],
  callbacks: ['flows', 'formats', 'domain', 'client'],
  connected: ['flows', 'formats', 'domain', 'client'],
  // The codec of HL7 v3 is one for those who answer and those who ask.
  client: ['formats', 'domain'],
  kit: ['demographics', 'client', 'formats', 'domain'],
}

/** Rooms without input and output, clock or chance: all they may use from outside is named here. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  domain: ['temporal-polyfill'],
  formats: [
    'saxes',
    'zod',
    'canonicalize',
    'fhir/r4.js',
    'uuid',
    'node:crypto',
    'node:buffer',
    'node:util',
    'node:timers/promises',
  ],
}

/** The rooms that each of the three floors has, as far as it has something of the subject. */
const SUBJECTS: readonly string[] = [
  'person',
  'plan',
  'upload',
  'query',
  'notification',
  'mailbox',
  'relay',
  'registration',
  'watch',
  'retention',
  'audit',
]

/** What stands outside these rooms, since it is of every subject. */
const OF_EVERY_SUBJECT: Readonly<Record<string, readonly string[]>> = {
  domain: [
    'bank-holidays',
    'branded',
    'english-time',
    'nhs-number',
    'office-hours',
    'organisation',
    'result',
  ],
  flows: ['ports', 'storage-unavailable'],
  storage: [
    'database-limits',
    'embedded-template',
    'job-queue',
    'migrate',
    'open-database',
    'schema',
    'storage',
  ],
}

/**
 * Files that name the column `door` of the audit log, or that field of an entry as it was sealed or saved: entries are verified in
 * the form in which they were sealed. And the command that still understands `--door`, for one release.
 */
const CALLED_AS_STORED: readonly string[] = [
  'src/cli/demo/audit-scene.ts',
  'src/cli/query.ts',
  'src/domain/audit/audit.ts',
  'src/flows/mailbox/mailbox-flows.test.ts',
  'src/formats/audit-seal/audit-seal.test.ts',
  'src/pages/operator/audit-routes.ts',
  'src/storage/audit/audit-log.ts',
  'src/storage/audit/audit-seal-store.ts',
  'src/storage/query/query-store.ts',
  'src/storage/schema.ts',
]

interface SourceFile {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

const files = readSources(join(ROOT, 'src'))

function readSources(directory: string, wanted?: RegExp): SourceFile[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(name =>
      wanted ? wanted.test(name) : name.endsWith('.ts') && !/(^|[./\\])(test|testing)\.ts$/.test(name),
    )
    .map(name => {
      const path = join(directory, name)
      const text = readFileSync(path, 'utf8')
      const found = text.matchAll(
        /^(?:import|export)\b[^']*?from '([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gm,
      )
      const imports = [...found].map(match => match[1] ?? match[2] ?? match[3] ?? '')
      return { path, text, imports }
    })
}

/** The room of a file: the folder below `src`. */
function roomOf(path: string): string {
  return relative(join(ROOT, 'src'), path).split(/[\\/]/)[0] ?? ''
}

function localImports(file: SourceFile): { specifier: string; target: string }[] {
  return file.imports
    .filter(specifier => specifier.startsWith('.'))
    .map(specifier => ({ specifier, target: resolve(dirname(file.path), specifier) }))
}

const label = (file: SourceFile) => relative(ROOT, file.path)

describe('the rooms', () => {
  test('there is something to check in every room', () => {
    const rooms = new Set(files.map(file => roomOf(file.path)))
    expect([...Object.keys(MAY_IMPORT), 'main', 'cli', 'sandbox'].filter(room => !rooms.has(room))).toEqual(
      [],
    )
    expect(files.flatMap(file => file.imports).length).toBeGreaterThan(files.length)
  })

  test('the clients of the FHIR API and of mailboxes need nothing else of the project but the state of a plan', () => {
    const STATE = 'src/domain/plan/plan-state.ts'
    expect(files.filter(file => label(file) === STATE).map(({ imports }) => imports)).toEqual([[]])
    const wrong = files
      .filter(file => roomOf(file.path) === 'client' && !/[\\/]client[\\/]hl7v3[\\/]/.test(file.path))
      .flatMap(file =>
        localImports(file)
          .filter(
            ({ target }) => roomOf(target) !== 'client' && !target.endsWith(join('plan', 'plan-state.ts')),
          )
          .map(({ specifier }) => `${label(file)} imports ${specifier}`),
      )
    expect(wrong).toEqual([])
  })

  test('arrows point one way', () => {
    const wrong = files.flatMap(file => {
      const room = roomOf(file.path)
      const allowed = MAY_IMPORT[room]
      if (!allowed) return []
      return localImports(file)
        .filter(({ target }) => ![room, ...allowed].includes(roomOf(target)))
        .map(({ specifier }) => `${label(file)} imports ${specifier}`)
    })
    expect(wrong).toEqual([])
  })

  test('no interface imports another, only what they have in common', () => {
    /** The folders of an interface below `api`: `fhir`, or `soap` and `itk`. */
    const foldersOf = (path: string) =>
      relative(join(ROOT, 'src', 'api'), dirname(path))
        .split(/[\\/]/)
        .slice(0, 2)
    const mayImport = (from: readonly string[], to: readonly string[]) =>
      to[0] === 'common' ||
      (to[0] === from[0] && (to[0] !== 'soap' || to[1] === 'common' || to[1] === from[1]))
    const wrong = files
      .filter(file => roomOf(file.path) === 'api')
      .flatMap(file =>
        localImports(file)
          .filter(
            ({ target }) => roomOf(target) === 'api' && !mayImport(foldersOf(file.path), foldersOf(target)),
          )
          .map(({ specifier }) => `${label(file)} imports ${specifier}`),
      )
    expect(wrong).toEqual([])
    expect(new Set(files.filter(file => roomOf(file.path) === 'api').map(f => foldersOf(f.path)[0]))).toEqual(
      new Set(['common', 'events', 'fhir', 'mesh', 'operations', 'soap']),
    )
  })

  test('the pages use of the interfaces only what these have in common', () => {
    const wrong = files
      .filter(file => roomOf(file.path) === 'pages')
      .flatMap(file =>
        localImports(file)
          .filter(({ target }) => roomOf(target) === 'api' && !/[\\/]api[\\/]common[\\/]/.test(target))
          .map(({ specifier }) => `${label(file)} imports ${specifier}`),
      )
    expect(wrong).toEqual([])
  })

  test('among what answers requests only the pages ask as a client does', () => {
    const wrong = files
      .filter(file => ['api', 'flows', 'storage', 'domain'].includes(roomOf(file.path)))
      .flatMap(file =>
        localImports(file)
          .filter(({ target }) => roomOf(target) === 'client')
          .map(({ specifier }) => `${label(file)} imports ${specifier}`),
      )
    expect(wrong).toEqual([])
  })

  test('nothing imports itself in a circle, not even for its types', () => {
    const imports = new Map(
      files.map(file => [
        relative(ROOT, file.path),
        localImports(file).map(({ target }) => relative(ROOT, target)),
      ]),
    )
    /** Files from which no circle can be reached. */
    const cleared = new Set<string>()
    const circleFrom = (path: string, way: readonly string[]): readonly string[] | undefined => {
      if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
      if (cleared.has(path)) return undefined
      for (const target of imports.get(path) ?? []) {
        const circle = circleFrom(target, [...way, path])
        if (circle) return circle
      }
      cleared.add(path)
      return undefined
    }
    const circles = [...imports.keys()].flatMap(path => circleFrom(path, [])?.join(' > ') ?? [])
    expect(circles).toEqual([])
  })

  test('domain, flows and storage have the same rooms, by subject', () => {
    const wrong = files.flatMap(file => {
      const [floor = '', room = '', ...rest] = relative(join(ROOT, 'src'), file.path).split(/[\\/]/)
      const general = OF_EVERY_SUBJECT[floor]
      if (!general) return []
      const name = room.replace(/(?:\.test)?\.ts$/, '')
      const stands = rest.length === 0 ? general.includes(name) : SUBJECTS.includes(room)
      return stands || (floor === 'storage' && room === 'migrations') ? [] : [label(file)]
    })
    expect(wrong).toEqual([])
    const rooms = (floor: string) =>
      SUBJECTS.filter(subject => files.some(file => label(file).startsWith(join('src', floor, subject))))
    expect(rooms('flows').length + rooms('storage').length).toBeGreaterThan(SUBJECTS.length)
  })

  test('pure rooms use nothing from outside but what is named', () => {
    const wrong = files.flatMap(file => {
      const allowed = PURE[roomOf(file.path)]
      if (!allowed) return []
      return file.imports
        .filter(specifier => !specifier.startsWith('.') && !allowed.includes(specifier))
        .map(specifier => `${label(file)} imports ${specifier}`)
    })
    expect(wrong).toEqual([])
  })

  test('the client of those who ask depends on nothing but the platform', () => {
    const wrong = files
      .filter(file => roomOf(file.path) === 'client')
      .flatMap(file =>
        file.imports
          .filter(
            specifier =>
              !specifier.startsWith('.') && !builtinModules.includes(specifier.replace('node:', '')),
          )
          .map(specifier => `${label(file)} imports ${specifier}`),
      )
    expect(wrong).toEqual([])
  })

  test('the environment is read in one place, and the sandbox is loaded by main only when it is wanted', () => {
    const readers = files.filter(file => /process\.env/.test(file.text)).map(label)
    expect(readers).toEqual(['src/main/config.ts'])
    const loaders = files
      .filter(file => !['sandbox', 'cli'].includes(roomOf(file.path)))
      .filter(file => /^import (?!type\b)[^']*?from '[^']*\/sandbox\//m.test(file.text))
    expect(loaders.map(label)).toEqual([])
  })

  test('a transaction begins in a flow and nowhere else', () => {
    const beginners = files
      .filter(
        file =>
          /\.transaction\(|storage\.registration\(/.test(file.text) &&
          !['flows', 'storage'].includes(roomOf(file.path)),
      )
      .map(label)
    expect(beginners).toEqual([])
  })

  test('an interface is called an interface or API, and nothing else, but where stored data has another name', () => {
    const all = readSources(join(ROOT, 'src'), /\.(?:ts|css|njk)$/)
    const named = all.filter(file => /door/i.test(label(file)))
    expect(named.map(label)).toEqual([])
    const wrong = all
      .filter(file => file.path.endsWith('.ts'))
      .flatMap(file => {
        const comments = file.text.match(/\/\*[\s\S]*?\*\/|(?<![:'])\/\/.*$/gm)?.join('\n') ?? ''
        const code = file.text
          .replace(/\/\*[\s\S]*?\*\/|(?<![:'])\/\/.*$/gm, '')
          .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''")
        const found = [
          ...(/door/i.test(comments) ? ['a comment'] : []),
          ...(/door/i.test(code) ? ['code'] : []),
        ]
        return found
          .filter(what => what === 'a comment' || !CALLED_AS_STORED.includes(label(file)))
          .map(what => `${label(file)}: ${what}`)
      })
    expect(wrong).toEqual([])
  })

  test('a file of more than 300 lines gives its reason at its top', () => {
    const long = files.filter(
      file => file.text.split('\n').length > 301 && !/^\/\*\*[^*]*300 lines/s.test(file.text),
    )
    expect(long.map(label)).toEqual([])
  })
})
