import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '@milena/runtime'
import { ConnectionGate } from './connection-gate.ts'
import type { ConnectionRates } from './connection-gate.ts'

const unlimited: ConnectionRates = { ofBroker: Infinity, ofListeners: new Map(), protectedListener: undefined }

function gateOf(rates: Partial<ConnectionRates>) {
  const clock = new ManualClock()
  const gate = new ConnectionGate({ clock, windows: { windows: 2, windowMs: 1000 }, rates: { ...unlimited, ...rates } })
  const entered: string[] = []
  const come = (listener: string, count: number): void => {
    for (let i = 1; i <= count; i++) gate.pass(listener, () => entered.push(`${listener}${i}`))
  }
  return { clock, gate, entered, come }
}

test('without a bound everybody comes in at once', () => {
  const { entered, come } = gateOf({})
  come('A', 1000)
  assert.equal(entered.length, 1000)
})

test('who comes too fast waits, and the others behind, in order and all of them', () => {
  const { clock, entered, come } = gateOf({ ofBroker: 5 })
  come('A', 8)
  assert.deepEqual(entered, ['A1', 'A2', 'A3', 'A4', 'A5'])
  clock.advance(199)
  assert.equal(entered.length, 5)
  clock.advance(1)
  assert.deepEqual(entered.slice(5), ['A6'])
  clock.advance(10_000)
  assert.deepEqual(entered.slice(6), ['A7', 'A8'])
})

test('each listener has a line and a bound of its own, and that of the brokers is not held up by the rest', () => {
  const { entered, come } = gateOf({ ofBroker: 3, ofListeners: new Map([['B', 1]]), protectedListener: 'B' })
  come('A', 4)
  come('B', 2)
  assert.deepEqual(entered, ['A1', 'A2', 'A3', 'B1'])
})

test('a bound that is lifted holds nobody who comes later; those who wait have their time', () => {
  const { clock, gate, entered, come } = gateOf({ ofBroker: 1 })
  come('A', 2)
  gate.rates = unlimited
  come('B', 1)
  assert.deepEqual(entered, ['A1', 'B1'])
  clock.advance(1000)
  assert.deepEqual(entered, ['A1', 'B1', 'A2'])
})

test('at the end all who wait come up', () => {
  const { clock, gate, entered, come } = gateOf({ ofBroker: 1 })
  come('A', 4)
  gate.open()
  assert.deepEqual(entered, ['A1', 'A2', 'A3', 'A4'])
  clock.advance(10_000)
  assert.equal(entered.length, 4)
})
