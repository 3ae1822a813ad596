import { createHash } from 'node:crypto'

/** The look of the page that describes the API: one column, the reader's own fonts, light or dark as the reader has it. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: #b5c0c8; --soft: #f0f4f5; --link: #005eb8; }
@media (prefers-color-scheme: dark) { :root { --line: #52606a; --soft: #1c262d; --link: #8bc4ff; } }
* { box-sizing: border-box; }
body { font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 0 1rem 4rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid #ffb81c; outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
h1 { margin: 2rem 0 1rem; line-height: 1.2; }
h2 { margin: 3rem 0 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { margin: 2rem 0 0.75rem; }
p, li { max-width: 46rem; }
nav ul { columns: 18rem; padding-left: 1.25rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9375em; }
code { overflow-wrap: anywhere; }
pre { background: var(--soft); border: 1px solid var(--line); padding: 0.75rem; margin: 0.5rem 0 1rem; overflow: auto; max-height: 36rem; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; }
caption { text-align: left; font-weight: bold; padding: 0.25rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid var(--line); }
th[scope=row] { width: 16rem; font-weight: normal; }
@media (max-width: 40rem) { tr, th[scope=row], td { display: block; width: auto; } th[scope=row] { border: 0; padding-bottom: 0; } th[scope=col] { display: none; } }
summary { cursor: pointer; padding: 0.25rem 0; }
`

/** What the page may do: show this style and nothing else. It runs nothing, loads nothing and stands in no other page. */
export const PAGE_POLICY = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
} as const
