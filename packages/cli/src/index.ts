export { run, toolNames, type RunOptions, type ToolName } from './run.ts'
