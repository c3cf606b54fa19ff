import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { apiPage, makeApiPage, withoutLayout } from './api-page.ts'

test('docs/apis.md is what the code says (node tools/api-page.ts && npx oxfmt docs)', () => {
  assert.equal(withoutLayout(readFileSync(apiPage, 'utf8')), withoutLayout(makeApiPage()))
})
