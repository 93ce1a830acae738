/**
 * The page a person looks at: tables of what a simulated vendor holds, in plain Chinese, with buttons for what
 * a person could do there. Every value is escaped; no script, no outside resource.
 */

export interface Action {
  readonly label: string
  readonly control: string
  /** Sent with the button. */
  readonly input: Readonly<Record<string, string>>
  /** Asked from the person: name → label and suggestion. */
  readonly ask?: Readonly<Record<string, { readonly label: string; readonly value?: string }>>
}
export type Cell =
  | string
  | number
  | null
  | undefined
  | { readonly text: string; readonly href: string }
  | { readonly actions: readonly Action[] }

export interface Section {
  readonly title: string
  readonly note?: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => ESCAPES[character] ?? character)
}

const STYLE = `body{font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;margin:0;background:#f5f6f8;color:#1f2329}
main{max-width:1100px;margin:0 auto;padding:24px}h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px}
p{color:#646a73;margin:0 0 8px}.wrap{overflow-x:auto;background:#fff;border-radius:8px;box-shadow:0 1px 2px #0001}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:8px 12px;border-bottom:1px solid #eff0f1;vertical-align:top;white-space:pre-line}
th{background:#fafbfc;font-weight:600;white-space:nowrap}form{display:inline-block;margin:0 6px 4px 0}
button{font:inherit;padding:2px 10px;border:1px solid #d0d3d6;border-radius:6px;background:#fff;cursor:pointer}
input{font:inherit;width:12em;padding:1px 6px;border:1px solid #d0d3d6;border-radius:6px}`

function renderAction(action: Action): string {
  const hidden = Object.entries(action.input)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('')
  const asked = Object.entries(action.ask ?? {})
    .map(
      ([name, field]) =>
        `<input name="${escapeHtml(name)}" aria-label="${escapeHtml(field.label)}" placeholder="${escapeHtml(field.label)}" value="${escapeHtml(field.value ?? '')}"> `,
    )
    .join('')
  return `<form method="post" action="/_sandbox/do/${encodeURIComponent(action.control)}">${hidden}${asked}<button>${escapeHtml(action.label)}</button></form>`
}

function renderCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '<td>—</td>'
  if (typeof cell !== 'object') return `<td>${escapeHtml(String(cell))}</td>`
  if ('actions' in cell) return `<td>${cell.actions.map(renderAction).join('')}</td>`
  // Only addresses a vendor may show as a link: no javascript: from outside data.
  return /^(https?:\/\/|\/)/.test(cell.href)
    ? `<td><a href="${escapeHtml(cell.href)}">${escapeHtml(cell.text)}</a></td>`
    : `<td>${escapeHtml(cell.text)}</td>`
}

function renderSection(section: Section): string {
  const head = section.columns.map(column => `<th>${escapeHtml(column)}</th>`).join('')
  const rows = section.rows.map(row => `<tr>${row.map(renderCell).join('')}</tr>`).join('')
  const empty = `<tr><td colspan="${section.columns.length}">（暂无）</td></tr>`
  const note = section.note === undefined ? '' : `<p>${escapeHtml(section.note)}</p>`
  return `<h2>${escapeHtml(section.title)}</h2>${note}<div class="wrap"><table><thead><tr>${head}</tr></thead><tbody>${rows || empty}</tbody></table></div>`
}

export function renderPage(title: string, sections: readonly Section[]): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main><h1>${escapeHtml(title)}</h1><p>模拟系统：只在本机运行，数据均为虚构。</p>${sections.map(renderSection).join('')}</main></body></html>`
}
