/** An element as it was read: small, plain and complete. */
export interface XmlElement {
  /** Without a prefix. */
  readonly name: string
  readonly namespace: string
  /** By name; one with a prefix by `{namespace}name`. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** The characters directly inside it, joined. */
  readonly text: string
  /** Where its start tag ends, counted from 1. */
  readonly line: number
}

/** The children of a name, in the namespace of their parent: one of another namespace only looks alike. */
export function childrenOf(parent: XmlElement | undefined, name: string): readonly XmlElement[] {
  if (!parent) return []
  return parent.children.filter(child => child.name === name && child.namespace === parent.namespace)
}

/** The first element down a path of names; undefined where a step is missing. */
export function descend(parent: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((from, name) => childrenOf(from, name)[0], parent)
}

/** An attribute without the white space around it; undefined where it is absent or empty. */
export function attributeOf(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes.get(name)?.trim() || undefined
}

/** The text of an element with single spaces; undefined where there is none. */
export function textOf(element: XmlElement | undefined): string | undefined {
  return element?.text.trim().replace(/\s+/g, ' ') || undefined
}
