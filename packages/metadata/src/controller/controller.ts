import type {
  AllocateProducerIdsRequest,
  AllocateProducerIdsResponse,
  AlterClientQuotasResponse,
  AlterConfigsRequest,
  AlterConfigsResponse,
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
  AlterUserScramCredentialsResponse,
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  ElectLeadersRequest,
  ElectLeadersResponse,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  UnregisterBrokerRequest,
  UnregisterBrokerResponse,
  UpdateFeaturesRequest,
  UpdateFeaturesResponse,
} from '@milena/protocol/messages'
import type { MetadataImage } from '../image/metadata-image.ts'
import { allocateProducerIds } from './allocate-producer-ids.ts'
import { alterClientQuotas, type AlterClientQuotasCommand } from './alter-client-quotas.ts'
import { alterConfigs, incrementalAlterConfigs } from './alter-configs.ts'
import { alterUserScramCredentials, type AlterUserScramCredentialsCommand } from './alter-user-scram-credentials.ts'
import { cordonLogDirs, type CordonLogDirsRequest, type CordonLogDirsResponse } from './cordon-log-dirs.ts'
import type { ControllerContext, ControllerHandler, ControllerResult } from './controller-result.ts'
import { createPartitions } from './create-partitions.ts'
import { createTopics } from './create-topics.ts'
import { deleteTopics } from './delete-topics.ts'
import { electLeaders } from './elect-leaders.ts'
import { alterPartitionReassignments } from './partition-reassignments.ts'
import { registerBroker, type RegisterBrokerRequest, type RegisterBrokerResponse } from './register-broker.ts'
import { unregisterBroker } from './unregister-broker.ts'
import { updateFeatures } from './update-features.ts'

/** Everything that the controller decides: request and response of each kind. */
export interface ControllerApis {
  readonly createTopics: [CreateTopicsRequest, CreateTopicsResponse]
  readonly deleteTopics: [DeleteTopicsRequest, DeleteTopicsResponse]
  readonly createPartitions: [CreatePartitionsRequest, CreatePartitionsResponse]
  readonly alterConfigs: [AlterConfigsRequest, AlterConfigsResponse]
  readonly incrementalAlterConfigs: [IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse]
  readonly allocateProducerIds: [AllocateProducerIdsRequest, AllocateProducerIdsResponse]
  readonly registerBroker: [RegisterBrokerRequest, RegisterBrokerResponse]
  readonly cordonLogDirs: [CordonLogDirsRequest, CordonLogDirsResponse]
  readonly updateFeatures: [UpdateFeaturesRequest, UpdateFeaturesResponse]
  readonly electLeaders: [ElectLeadersRequest, ElectLeadersResponse]
  readonly alterPartitionReassignments: [AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse]
  readonly unregisterBroker: [UnregisterBrokerRequest, UnregisterBrokerResponse]
  readonly alterClientQuotas: [AlterClientQuotasCommand, AlterClientQuotasResponse]
  readonly alterUserScramCredentials: [AlterUserScramCredentialsCommand, AlterUserScramCredentialsResponse]
}

export type ControllerApi = keyof ControllerApis
export type ControllerRequest<A extends ControllerApi> = ControllerApis[A][0]
export type ControllerResponse<A extends ControllerApi> = ControllerApis[A][1]

const handlers: { readonly [A in ControllerApi]: ControllerHandler<ControllerRequest<A>, ControllerResponse<A>> } = {
  createTopics,
  deleteTopics,
  createPartitions,
  alterConfigs,
  incrementalAlterConfigs,
  allocateProducerIds,
  registerBroker,
  cordonLogDirs,
  updateFeatures,
  electLeaders,
  alterPartitionReassignments,
  unregisterBroker,
  alterClientQuotas,
  alterUserScramCredentials,
}

/** Decides one request on an image, which it does not change. The same image and context give the same decision. */
export function handle<A extends ControllerApi>(
  api: A,
  image: MetadataImage,
  request: ControllerRequest<A>,
  context: ControllerContext,
): ControllerResult<ControllerResponse<A>> {
  return handlers[api](image, request, context)
}
