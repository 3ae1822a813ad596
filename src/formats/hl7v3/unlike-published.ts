import type { XmlElement } from '../xml/xml-element.ts'
import { HL7, NPFIT } from './codes.ts'
import { fixture } from './testing.ts'

/** The kinds of value that `published-shapes.txt` names. */
const KINDS: Readonly<Record<string, RegExp>> = {
  any: /\S/,
  asid: /^\d{12}$/,
  count: /^\d+$/,
  number: /^-?\d+$/,
  fileCode: /^CPF0[1-6]$/,
  recordCode: /^CPR0[1-7]$/,
  instant: /^(19|20)\d{12}[+-]\d{4}$/,
  time: /^(19|20)\d{6}(\d{2}){0,3}$/,
  plan: /^(19|20)\d{10}$/,
  nhs: /^\d{10}$/,
  ods: /^[A-Z0-9]{2,12}$/,
  outcome: /^A[AER]$/,
  root: /^[A-Z]{4}_IN[0-9]{6}[A-Z]{2}[0-9]{2}$/,
  severity: /^(ER|WG|IF)$/,
  tel: /^tel:\+?\d*$/,
  use: /^(EC|WP)$/,
  uuid: /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/,
}

interface Shape {
  readonly name: string
  /** How often, as a regular expression has it. */
  readonly times: string
  readonly oneOf: boolean
  readonly hasText: boolean
  /** The pattern of each attribute that may stand there. */
  readonly attributes: ReadonlyMap<string, { readonly optional: boolean; readonly value: RegExp }>
  readonly children: Shape[]
}

const LINE = /^(\s*)(\| )?([^\s?*+{"]+)([?*+]|\{\d,\d\})?(.*)$/

function shapes(): ReadonlyMap<string, Shape> {
  const roots = new Map<string, Shape>()
  const path: { indent: number; children: Shape[] }[] = []
  for (const line of fixture('published-shapes.txt').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [, space = '', bar, name = '', times = '', rest = ''] = LINE.exec(line) ?? []
    while ((path.at(-1)?.indent ?? -1) >= space.length) path.pop()
    const siblings = path.at(-1)?.children
    if (name.startsWith('...')) {
      siblings?.push(...(roots.get(name.slice(3))?.children ?? []))
      continue
    }
    const attributes = new Map(
      [...rest.matchAll(/(\S+?)(\??)=(\S+)/g)].map(([, name = '', optional, value = '']) => [
        name,
        {
          optional: optional === '?',
          value: KINDS[value.slice(1)] ?? new RegExp(`^${literally(value)}$`),
        },
      ]),
    )
    const shape: Shape = {
      name,
      times,
      oneOf: bar !== undefined,
      hasText: /"/.test(rest),
      attributes,
      children: [],
    }
    if (siblings) siblings.push(shape)
    else roots.set(name, shape)
    path.push({ indent: space.length, children: shape.children })
  }
  return roots
}

const PUBLISHED = shapes()

/**
 * Where a message is not as published; empty where it is. For the tests of what is written: whatever the model fixes, and a
 * message must therefore not say, is a fault too. Each fault is the path of an element and what is wrong with it.
 */
export function unlikePublished(root: XmlElement): readonly string[] {
  const shape = PUBLISHED.get(root.name)
  return shape ? faultsOf(root, shape, root.name) : [`${root.name}: no message`]
}

function faultsOf(element: XmlElement, shape: Shape, path: string): readonly string[] {
  const faults: string[] = []
  if (element.namespace !== (shape.name === 'contentId' ? NPFIT : HL7)) faults.push(`${path}: namespace`)
  for (const [name, { optional, value }] of shape.attributes) {
    const found = element.attributes.get(name)
    if (found === undefined ? !optional : !value.test(found)) faults.push(`${path}: ${name}="${found}"`)
  }
  for (const name of element.attributes.keys()) {
    if (!shape.attributes.has(name)) faults.push(`${path}: unpublished ${name}`)
  }
  if ((element.text.trim() !== '') !== shape.hasText) faults.push(`${path}: text`)
  const names = element.children.map(({ name }) => `${name};`).join('')
  if (!new RegExp(`^${pattern(shape.children)}$`).test(names)) faults.push(`${path}: holds ${names}`)
  return [
    ...faults,
    ...element.children.flatMap((child, index) => faultsOfChild(element, shape, path, child, index)),
  ]
}

/** An element that two lines describe, as the ids of a person, is like the line of its place among those of its name. */
function faultsOfChild(parent: XmlElement, shape: Shape, path: string, child: XmlElement, index: number) {
  const alike = shape.children.filter(({ name }) => name === child.name)
  const place = parent.children.slice(0, index).filter(({ name }) => name === child.name).length
  const like = alike[Math.min(place, alike.length - 1)]
  if (!like) return []
  const inner = `${path}/${child.name}`
  const named = parent.children[index + 1]?.name.replace('.', '#')
  const wrongTemplate = child.name === 'contentId' && child.attributes.get('extension') !== named
  return [...(wrongTemplate ? [`${inner}: extension`] : []), ...faultsOf(child, like, inner)]
}

function pattern(children: readonly Shape[]): string {
  const one = ({ name, times }: Shape) => `(?:${literally(name)};)${times}`
  const choice = children.filter(({ oneOf }) => oneOf)
  const first = choice[0]
  return children
    .map(child => {
      if (!child.oneOf) return one(child)
      return child === first ? `(?:${choice.map(one).join('|')})` : ''
    })
    .join('')
}

/** Names and identifiers hold nothing else that a pattern would understand. */
function literally(text: string): string {
  return text.replaceAll('.', '\\.')
}
