import fc from 'fast-check'

/** A log and the model that it is compared with. */
export interface ModelledLog {
  open(): Promise<void>
  check(): Promise<void>
  act(kind: 'restart'): Promise<void>
  close(): Promise<void>
}

/** Runs histories made by chance, each on a world of its own, which must hold then and after a restart; `RUNS` for more. */
export async function assertHistoriesHold<S, W extends ModelledLog>(o: {
  readonly settings: fc.Arbitrary<S>
  readonly step: fc.Arbitrary<(world: W) => void | Promise<void>>
  readonly makeWorld: (settings: S) => W
}): Promise<void> {
  await fc.assert(
    fc.asyncProperty(o.settings, fc.array(o.step, { minLength: 5, maxLength: 60 }), async (settings, steps) => {
      const world = o.makeWorld(settings)
      await world.open()
      for (const act of steps) await act(world)
      await world.check()
      await world.act('restart')
      await world.check()
      await world.close()
    }),
    { numRuns: Number(process.env['RUNS'] ?? 150) },
  )
}
