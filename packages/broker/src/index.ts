export { Broker } from './broker.ts'
export type { BrokerPorts } from './broker.ts'
export { ListenError } from './network/listener.ts'
export type { EndPoint } from './network/socket-server.ts'
