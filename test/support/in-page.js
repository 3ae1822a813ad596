/**
 * More than 300 lines: it is put into a page as one script. What is looked at inside a page under test, beside what axe-core looks
 * at: styles as they are computed are known nowhere else. Each check answers what is wrong, in words that lead to it; empty where
 * nothing is.
 */
globalThis.inPage = (() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)]
  const shown = element =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.closest('.nhsuk-u-visually-hidden, .nhsuk-skip-link, title')
  const named = element =>
    `${element.cloneNode().outerHTML.slice(0, 120)} “${element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40)}”`

  // Colours.

  /** `rgb(0, 1, 2)` or `rgba(0, 1, 2, 0.5)` as numbers. */
  const numbersOf = colour => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number)
    return { red, green, blue, alpha }
  }
  const over = (upper, lower) => {
    const mixed = part => upper[part] * upper.alpha + lower[part] * (1 - upper.alpha)
    return { red: mixed('red'), green: mixed('green'), blue: mixed('blue'), alpha: 1 }
  }
  const luminance = ({ red, green, blue }) => {
    const [r, g, b] = [red, green, blue].map(part => {
      const share = part / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  /** As WCAG 2.2 counts it: from 1 to 21. */
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
    return (light + 0.05) / (dark + 0.05)
  }
  /** What the browser itself paints behind everything. */
  const canvas = () => {
    const probe = document.body.appendChild(document.createElement('i'))
    probe.style.cssText = 'background: Canvas; forced-color-adjust: none'
    const colour = numbersOf(getComputedStyle(probe).backgroundColor)
    probe.remove()
    return colour
  }
  const behind = element => {
    if (!element) return canvas()
    const own = numbersOf(getComputedStyle(element).backgroundColor)
    return own.alpha === 1 ? own : over(own, behind(element.parentElement))
  }

  // Pictures.

  const SHAPES = 'path, rect, circle, line, polygon'
  const before = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING
  /** What a text or shape of a picture stands on: the shape below its middle, or the page. */
  const groundOf = (part, candidates) => {
    const svg = part.ownerSVGElement
    const { x, y, width, height } = part.getBBox()
    // A line that crosses a shape is seen by its ends.
    const share = part instanceof SVGLineElement ? 0 : 1 / 2
    const middle = svg.createSVGPoint()
    middle.x = x + width * share
    middle.y = y + height * share
    const below = all(candidates, svg).filter(
      shape => shape !== part && before(shape, part) && shape.isPointInFill(middle),
    )
    const fill = below.length > 0 ? getComputedStyle(below.at(-1)).fill : 'none'
    return fill === 'none' ? behind(svg) : numbersOf(fill)
  }
  const faintShapes = () =>
    all(`svg :is(${SHAPES})`)
      .filter(shown)
      .filter(shape => {
        const { fill, stroke, strokeWidth } = getComputedStyle(shape)
        const ground = groundOf(shape, 'rect')
        const paints = [fill, Number.parseFloat(strokeWidth) > 0 ? stroke : 'none']
        return !paints.some(paint => paint !== 'none' && contrast(numbersOf(paint), ground) >= 3)
      })
      .map(shape => `a shape that can hardly be seen: ${named(shape)}`)

  // Words.

  const texts = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) {
      const { currentNode: node } = walker
      const { parentElement: element } = node
      if (node.data.trim() === '' || element.closest('script, style, option') || !shown(element)) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const boxes = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1)
      if (boxes.length > 0) found.push({ element, text: node.data.trim(), boxes })
    }
    return found
  }
  const faintWords = least =>
    texts().flatMap(({ element, text }) => {
      const style = getComputedStyle(element)
      const drawn = element instanceof SVGElement
      const ground = drawn ? groundOf(element, SHAPES) : behind(element)
      const ratio = contrast(over(numbersOf(drawn ? style.fill : style.color), ground), ground)
      return ratio < least ? [`words of contrast ${ratio.toFixed(1)}: “${text}”`] : []
    })

  // Edges.

  const SIDES = ['Top', 'Right', 'Bottom', 'Left']
  const edged = element => {
    const style = getComputedStyle(element)
    const ground = behind(element.parentElement)
    return SIDES.some(
      side =>
        style[`border${side}Style`] !== 'none' &&
        Number.parseFloat(style[`border${side}Width`]) >= 1 &&
        contrast(over(numbersOf(style[`border${side}Color`]), ground), ground) >= 3,
    )
  }
  /** Whatever stands out from what is around it by colour or shadow. */
  const standingOut = () =>
    all('body *')
      .filter(element => !(element instanceof SVGElement) && shown(element))
      .filter(element => !element.matches(':focus, :focus *'))
      .filter(element => {
        const { backgroundColor, boxShadow } = getComputedStyle(element)
        if (boxShadow !== 'none') return true
        return (
          numbersOf(backgroundColor).alpha > 0 &&
          contrast(behind(element), behind(element.parentElement)) > 1.01
        )
      })
  /** Forced colours take colours and shadows away: what stood out by them needs an edge then. */
  const withoutEdges = elements =>
    elements.filter(element => !edged(element)).map(element => `stood out by colour alone: ${named(element)}`)

  // The keyboard.

  const FOCUSABLE =
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex="-1"])'
  /** Where the sign of the focus may be: some controls show it on their label, or on the words within. */
  const signs = element => [
    [element],
    ...(element.nextElementSibling?.matches('label') ? [[element.nextElementSibling, '::before']] : []),
    ...(element.matches('summary') ? [...element.children].map(child => [child]) : []),
  ]
  const lookOf = ([element, pseudo]) => {
    const style = getComputedStyle(element, pseudo)
    const ground = behind(element.parentElement)
    const strong = colour => contrast(over(numbersOf(colour), ground), ground) >= 3
    const outline = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2
    return {
      outline: outline && strong(style.outlineColor) ? style.outline : '',
      background: strong(style.backgroundColor) ? style.backgroundColor : '',
      border: SIDES.map(side =>
        strong(style[`border${side}Color`]) ? style[`border${side}Width`] : '',
      ).join(),
      shadow: (style.boxShadow.match(/rgba?\([^)]*\)/g) ?? []).some(strong) ? style.boxShadow : '',
    }
  }
  /** In forced colours only an outline is a sign that cannot be taken for anything else. */
  const unseenFocus = forced => {
    const had = document.activeElement
    const wrong = all(FOCUSABLE)
      .filter(element => element.checkVisibility() && element.closest('.nhsuk-skip-link') === null)
      .filter(element => {
        had.blur()
        const places = signs(element)
        const earlier = places.map(lookOf)
        element.focus({ preventScroll: true })
        const later = places.map(lookOf)
        element.blur()
        return !later.some(({ outline, ...look }, nth) =>
          forced
            ? outline !== ''
            : outline !== earlier[nth].outline ||
              Object.entries(look).some(([part, value]) => value !== '' && value !== earlier[nth][part]),
        )
      })
    had.focus({ preventScroll: true })
    return wrong.map(element => `nothing shows that it has the focus: ${named(element)}`)
  }
  /** A radio button is drawn by its label; a scrolled table is larger than any window. */
  const hiddenFocus = () => {
    const element = document.activeElement
    if (!element || element === document.body || scrolled(element) === element) return []
    const { left, right, top, bottom } = element.getBoundingClientRect()
    const middle = (from, to, size) => (Math.max(from, 0) + Math.min(to, size)) / 2
    const inside = right > 0 && left < innerWidth && bottom > 0 && top < innerHeight
    const there = document.elementFromPoint(middle(left, right, innerWidth), middle(top, bottom, innerHeight))
    return inside && there && (element.contains(there) || there.contains(element))
      ? []
      : [`hidden while it has the focus: ${named(element)}`]
  }
  const covering = () =>
    all('body *')
      .filter(element => ['fixed', 'sticky'].includes(getComputedStyle(element).position))
      .map(element => `may cover what has the focus: ${named(element)}`)

  // Room.

  const scrolled = element => element.closest('.cpis-scroll')
  const withoutRoom = () => {
    const wide = document.documentElement.scrollWidth - innerWidth
    const cut = all('body *')
      .filter(element => shown(element) && !element.matches('input, select, textarea'))
      .filter(element => !['visible', 'auto', 'scroll'].includes(getComputedStyle(element).overflowX))
      .filter(
        ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
          scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1,
      )
    const found = texts()
    const outside = found.filter(
      ({ element, boxes }) =>
        !scrolled(element) && boxes.some(({ left, right }) => left < -1 || right > innerWidth + 1),
    )
    const boxes = found
      .flatMap(one => one.boxes.map(box => ({ ...one, box })))
      .sort((one, other) => one.box.top - other.box.top)
    const overlaps = []
    for (const [nth, one] of boxes.entries()) {
      for (const other of boxes.slice(nth + 1)) {
        // Lines that are set close touch; letters that stand on each other share more than a third of their height.
        if (other.box.top > one.box.bottom - one.box.height / 3) break
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
        if (across > 2 && one.element !== other.element)
          overlaps.push(`“${one.text}” and “${other.text}” overlap`)
      }
    }
    return [
      ...(wide > 0 ? [`the page is ${wide} too wide`] : []),
      ...cut.map(element => `cut off: ${named(element)}`),
      ...outside.map(({ text }) => `outside the window: “${text}”`),
      ...overlaps,
    ]
  }

  // Names.

  const textOf = ids =>
    (ids ?? '')
      .split(/\s+/)
      .map(id => document.getElementById(id)?.textContent.trim() ?? '')
      .join(' ')
      .trim()
  const nameOf = element =>
    element.getAttribute('aria-label')?.trim() || textOf(element.getAttribute('aria-labelledby'))
  const withoutNames = () => {
    const wrong = []
    const expected = (elements, good, what) => {
      for (const element of elements) if (!good(element)) wrong.push(`${what}: ${named(element)}`)
    }
    expected(all('table'), table => table.caption?.textContent.trim(), 'a table without a caption')
    expected(all('th'), th => th.scope, 'a heading of a table that says not of what')
    expected(all('section, nav, aside, [role=region]'), nameOf, 'a part of the page without a name')
    expected(
      all('svg:not([aria-hidden=true])'),
      svg => svg.role !== undefined && svg.getAttribute('role') === 'img' && nameOf(svg),
      'a picture without a name',
    )
    expected(
      all('fieldset'),
      set => set.querySelector('legend')?.textContent.trim(),
      'fields without a legend',
    )
    const parts = all('nav, section, [role=region]').map(part => `${part.tagName} ${nameOf(part)}`)
    for (const name of parts.filter((one, nth) => parts.indexOf(one) !== nth))
      wrong.push(`two parts of one name: ${name}`)
    const fields = all('input:not([type=hidden]), select, textarea')
    expected(
      fields,
      field => [...(field.labels ?? [])].some(label => label.textContent.trim()),
      'a field without a label',
    )
    expected(
      all('[aria-describedby]'),
      field =>
        field
          .getAttribute('aria-describedby')
          .split(/\s+/)
          .every(id => textOf(id)),
      'described by what is not there',
    )
    expected(
      fields.filter(field => field.closest('.nhsuk-form-group--error')),
      field => {
        const tied = [field, field.closest('fieldset')].map(one =>
          textOf(one?.getAttribute('aria-describedby')),
        )
        return tied.some(text => text.includes('Error:'))
      },
      'a wrong field that does not say what is wrong',
    )
    expected(
      all('.nhsuk-error-summary__list a'),
      link => document.getElementById(link.getAttribute('href').slice(1))?.matches(FOCUSABLE),
      'an error that leads to no field',
    )
    const heading = all('h1')[0]?.cloneNode(true)
    for (const caption of heading ? all('.nhsuk-caption-xl', heading) : []) caption.remove()
    const title = `${document.querySelector('.nhsuk-error-summary') ? 'Error: ' : ''}${heading?.textContent.replace(/\s+/g, ' ').trim()} – CP-IS`
    if (document.title !== title) wrong.push(`the title is “${document.title}”, not “${title}”`)
    return wrong
  }

  // Plain English.

  /** What the page says in sentences; what somebody typed, uploaded or is called stands in tables and lists of values. */
  const prose = () =>
    all('main :is(p, li, legend, label, summary, .nhsuk-hint, h1, h2, h3)')
      .filter(
        element =>
          shown(element) &&
          !element.closest('td, dd, [action="/sign-in"] .nhsuk-radios') &&
          !element.querySelector('p, li, h1'),
      )
      .map(element => element.innerText.trim().replace(/\s+/g, ' '))

  return {
    standingOut,
    withoutEdges,
    faintWords,
    faintShapes,
    unseenFocus,
    hiddenFocus,
    covering,
    withoutRoom,
    withoutNames,
    prose,
    /** The same for two pages that differ in numbers, identifiers and what is sealed only. */
    likeness: () =>
      (document.title + document.documentElement.innerHTML)
        .replace(/<script[\s\S]*?<\/script>/g, '')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[\w.-]{40,}/g, '')
        .replace(/\d/g, ''),
  }
})()
