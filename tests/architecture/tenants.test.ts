import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** Statements that name no tenant in their own text, and why each of these files may hold some. */
const WITHOUT: Readonly<Record<string, string>> = {
  // The condition, or the columns, that begin with the tenant are handed in.
  'table.ts': 'builds statements of described tables',
  'dirty.ts': 'its condition begins with the tenant',
  'operate-deliveries.ts': 'its condition is of filter.ts, which begins with the tenant',
  // About the whole ledger, and they give no tenant what is another’s.
  'count-states.ts': 'counts for who runs the hub',
  'measure.ts': 'figures of the process',
  'end-leases.ts': 'leases of a process that is gone',
  'take-lease.ts': 'leases of timers',
  'forget-old.ts': 'what is past its time goes, whosever it is',
  'kept-answers.ts': 'what is past its time goes, whosever it is',
  'instance.ts': 'one row about the ledger itself',
  'tokens.ts': 'names begin with the tenant, texts are sealed',
  'publish-changes.ts': 'one feed position for all; a tenant reads its own changes alone',
  'seal-changes.ts': 'one chain of seals for all',
  'list-changes.ts': 'the oldest position that is still there',
  'dropped-blobs.ts': 'the blob folder is one for all: a file goes when nobody of any tenant holds it',
  'erase.ts': 'looks whether anybody still holds a file of the blob folder, which is one for all',
}

const SQL = /\b(?:from|into|update|join)\s+hrhub\.\w/i

/** Constants of a file that are text, by name: a condition that several statements share. */
function textsOf(source: ts.SourceFile): ReadonlyMap<string, string> {
  return new Map(
    source.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) =>
        declarationList.declarations.flatMap(({ name, initializer }): [string, string][] =>
          initializer && ts.isStringLiteralLike(initializer)
            ? [[name.getText(source), initializer.text]]
            : [],
        ),
      ),
  )
}

/** Texts with SQL that name no tenant, as `file: text`. */
function statementsWithoutTenant(file: string, text: string): string[] {
  const found: string[] = []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true)
  const shared = textsOf(source)
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)
    if (!isText) {
      ts.forEachChild(node, visit)
      return
    }
    const sql = node.getText().replace(/\$\{(\w+)\}/g, (part, name: string) => shared.get(name) ?? part)
    if (SQL.test(sql) && !/\btenants?\b/.test(sql))
      found.push(`${file}: ${sql.replace(/\s+/g, ' ').slice(0, 100)}`)
  }
  visit(source)
  return found
}

describe('tenants', () => {
  it('are named in every statement, but for those that are about the whole ledger', () => {
    const files = (readdirSync('src', { recursive: true }) as string[]).filter(
      file => file.endsWith('.ts') && !file.includes('migrations'),
    )
    const found = files.flatMap(file =>
      statementsWithoutTenant(file, readFileSync(join('src', file), 'utf8')),
    )
    const foreign = found.filter(one => WITHOUT[one.replace(/^ledger\/|:.*$/gs, '')] === undefined)
    expect(foreign).toEqual([])
    expect(files.length).toBeGreaterThan(300)
  })

  it('are missed by this very test where they are missing', () => {
    const text = [
      'const a = `select 1 from hrhub.records where id = $1`',
      'const b = `select 1 from hrhub.records where tenant = $1 and id = $2`',
      "const c = 'update hrhub.links set state = 1'",
      "const d = 'no statement'",
      "const OWN = 'tenant = $1 and id = $2'",
      "const ANY = 'id = $1'",
      'const e = `delete from hrhub.links where ${OWN}`',
      'const f = `delete from hrhub.links where ${ANY}`',
    ].join('\n')
    expect(statementsWithoutTenant('x.ts', text)).toEqual([
      'x.ts: `select 1 from hrhub.records where id = $1`',
      "x.ts: 'update hrhub.links set state = 1'",
      'x.ts: `delete from hrhub.links where id = $1`',
    ])
  })
})
