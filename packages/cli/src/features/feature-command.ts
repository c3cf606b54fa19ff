import { Admin, type FeatureMetadata, type FeatureUpdate } from '@milena/client'
import { bootstrapOptions, commandConfig, missingBootstrap } from '../config/bootstrap.ts'
import { messageOf } from '../java-exceptions.ts'
import { ArgumentError, type ParsedArguments } from '../options/argument-parser.ts'
import { ToolExit } from '../options/option-error.ts'
import { runCommandTool } from '../run-command-tool.ts'
import { cell } from '../table.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { featureUpdates } from './feature-updates.ts'
import { metadataVersionFeature, metadataVersionOf } from './feature-versions.ts'
import { featuresParser } from './features-parser.ts'

/** `kafka-features`: shows and changes the features that a cluster has agreed on. */
export function featureCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  const formatError = (message: string): string => `Command line error: ${message}. Type --help for help.`
  return runCommandTool({ parser: featuresParser, helpExitCode: 0, formatError, main }, argv, io)
}

async function main(parsed: ParsedArguments, io: ToolIo): Promise<number> {
  const command = parsed.command!
  if (command === 'version-mapping' || command === 'feature-dependencies') {
    const { featureDependencies, versionMapping } = await import('./feature-tables.ts')
    const lines = command === 'version-mapping' ? versionMapping(parsed) : featureDependencies(parsed)
    for (const line of lines) print(io.stdout, line)
    return 0
  }
  const config = commandConfig(parsed.text('command-config'))
  if (!parsed.has('bootstrap-server') && !parsed.has('bootstrap-controller')) {
    throw new ArgumentError(parsed.parser, missingBootstrap)
  }
  await using admin = new Admin(bootstrapOptions(parsed, config, io))
  if (command === 'describe') await describe(admin, parsed, io)
  else await update(admin, parsed, io)
  return 0
}

async function describe(admin: Admin, parsed: ParsedArguments, io: ToolIo): Promise<void> {
  const nodeId = parsed.number('node-id')
  if (nodeId !== undefined && nodeId < 0) throw new ToolExit(1, `Invalid node id ${nodeId}: must be non-negative.`)
  const metadata = await admin.describeFeatures(nodeId === undefined ? {} : { nodeId })
  for (const line of formatFeatures(metadata)) print(io.stdout, line)
}

export function formatFeatures({ supported, finalized, finalizedEpoch }: FeatureMetadata): readonly string[] {
  return Array.from(supported.keys())
    .sort()
    .map((name) => {
      const { min, max } = supported.get(name)!
      const level = (value: number): string => cell(levelText(name, value), 15)
      return [
        `Feature: ${cell(name, 40)}`,
        `SupportedMinVersion: ${level(min)}`,
        `SupportedMaxVersion: ${level(max)}`,
        `FinalizedVersionLevel: ${level(finalized.get(name) ?? 0)}`,
        `Epoch: ${finalizedEpoch ?? '-'}`,
      ].join('  ')
    })
}

const levelText = (name: string, level: number): string =>
  name === metadataVersionFeature ? (metadataVersionOf(level) ?? `UNKNOWN ${level}`) : String(level)

async function update(admin: Admin, parsed: ParsedArguments, io: ToolIo): Promise<void> {
  const command = parsed.command!
  if (command !== 'disable' && parsed.has('metadata') && !parsed.has('release-version')) {
    print(io.stdout, ' `metadata` flag is deprecated and may be removed in a future release.')
  }
  const updates = featureUpdates(parsed)
  if (updates.size === 0) throw new ToolExit(1, `You must specify at least one feature to ${command}`)
  const validateOnly = parsed.has('dry-run')
  const outcomes = await admin.updateFeatures(updates, { validateOnly })
  let failures = 0
  for (const [name, { level }] of Array.from(updates).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const outcome = outcomes.get(name)!
    if (outcome.ok) print(io.stdout, `${name}${validateOnly ? ' can be ' : ' was '}${done(command, level)}`)
    else {
      failures++
      const verb = validateOnly ? 'Can not' : 'Could not'
      print(io.stdout, `${verb} ${intention(command, name, level)}. ${messageOf(outcome.error)}`)
    }
  }
  if (failures > 0) throw new ToolExit(1, `${failures} out of ${updates.size} operation(s) failed.`)
}

const done = (command: string, level: FeatureUpdate['level']): string =>
  command === 'disable' ? 'disabled.' : `${command}d to ${level}.`

const intention = (command: string, name: string, level: FeatureUpdate['level']): string =>
  command === 'disable' ? `disable ${name}` : `${command} ${name} to ${level}`
