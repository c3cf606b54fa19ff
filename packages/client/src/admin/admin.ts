import type { Uuid } from '@milena/protocol'
import { KafkaClient, type KafkaClientOptions } from '../cluster/kafka-client.ts'
import type { TopicPartition } from '../cluster/cluster-metadata.ts'
import type { Outcome } from '../kafka-error.ts'
import * as cluster from './cluster.ts'
import * as configs from './configs.ts'
import * as features from './features.ts'
import * as groupDescriptions from './group-descriptions.ts'
import * as groupOffsets from './group-offsets.ts'
import * as groups from './groups.ts'
import * as logDirs from './log-dirs.ts'
import * as offsets from './offsets.ts'
import type { CallOptions } from './per-key.ts'
import * as descriptions from './topic-descriptions.ts'
import * as quotas from './quotas.ts'
import * as quorum from './quorum.ts'
import * as reassignments from './reassignments.ts'
import * as scram from './scram-credentials.ts'
import * as shareGroups from './share-groups.ts'
import * as topics from './topics.ts'
import * as transactions from './transactions.ts'

/**
 * Administration of a cluster. What is asked about several things at once comes back as a map with an outcome each:
 * `valuesOf(map)` makes of it a map of values, or throws. Partitions are keyed `topic-partition`.
 */
export class Admin implements AsyncDisposable {
  readonly client: KafkaClient
  readonly #ownsClient: boolean

  /** On a client of its own, or on one that is shared and stays open when this is closed. */
  constructor(client: KafkaClient | KafkaClientOptions) {
    this.#ownsClient = !(client instanceof KafkaClient)
    this.client = client instanceof KafkaClient ? client : new KafkaClient({ clientId: 'admin', ...client })
  }

  createTopics(
    newTopics: readonly topics.NewTopic[],
    options?: topics.ChangeTopicsOptions,
  ): Promise<Map<string, Outcome<topics.CreatedTopic>>> {
    return topics.createTopics(this.client, newTopics, options)
  }

  deleteTopics(names: readonly string[], options?: topics.ChangeTopicsOptions): Promise<Map<string, Outcome<void>>> {
    return topics.deleteTopics(this.client, names, options)
  }

  createPartitions(
    newPartitions: readonly topics.NewPartitions[],
    options?: topics.ChangeTopicsOptions,
  ): Promise<Map<string, Outcome<void>>> {
    return topics.createPartitions(this.client, newPartitions, options)
  }

  listTopics(options?: CallOptions & { readonly listInternal?: boolean }): Promise<readonly topics.TopicListing[]> {
    return topics.listTopics(this.client, options)
  }

  describeTopics(
    names: readonly string[],
    options?: descriptions.DescribeTopicsOptions,
  ): Promise<Map<string, Outcome<descriptions.TopicDescription>>> {
    return descriptions.describeTopics(this.client, names, options)
  }

  describeTopicsById(
    topicIds: readonly Uuid[],
    options?: CallOptions,
  ): Promise<Map<Uuid, Outcome<descriptions.TopicDescription>>> {
    return descriptions.describeTopicsById(this.client, topicIds, options)
  }

  listPartitionReassignments(
    partitions: ReadonlyMap<string, readonly number[]> | 'all',
    options?: CallOptions,
  ): Promise<readonly descriptions.ReassignmentDescription[]> {
    return descriptions.listPartitionReassignments(this.client, partitions, options)
  }

  electLeaders(
    type: reassignments.ElectionType,
    partitions: readonly TopicPartition[] | 'all',
    options?: CallOptions,
  ): Promise<Map<string, Outcome<void>>> {
    return reassignments.electLeaders(this.client, type, partitions, options)
  }

  alterPartitionReassignments(
    newReassignments: readonly reassignments.NewPartitionReassignment[],
    options?: CallOptions & { readonly allowReplicationFactorChange?: boolean },
  ): Promise<Map<string, Outcome<void>>> {
    return reassignments.alterPartitionReassignments(this.client, newReassignments, options)
  }

  describeConfigs(
    resources: readonly configs.ConfigResource[],
    options?: configs.DescribeConfigsOptions,
  ): Promise<Map<configs.ConfigResource, Outcome<readonly configs.ConfigEntry[]>>> {
    return configs.describeConfigs(this.client, resources, options)
  }

  incrementalAlterConfigs(
    changes: ReadonlyMap<configs.ConfigResource, readonly configs.AlterConfigOp[]>,
    options?: CallOptions & { readonly validateOnly?: boolean },
  ): Promise<Map<configs.ConfigResource, Outcome<void>>> {
    return configs.incrementalAlterConfigs(this.client, changes, options)
  }

  listConfigResources(type: configs.ConfigResourceType, options?: CallOptions): Promise<readonly string[]> {
    return configs.listConfigResources(this.client, type, options)
  }

  describeClientQuotas(
    filter: ReadonlyMap<quotas.QuotaEntityType, string | null | undefined>,
    options?: CallOptions,
  ): Promise<readonly quotas.ClientQuotas[]> {
    return quotas.describeClientQuotas(this.client, filter, options)
  }

  alterClientQuotas(
    entity: quotas.QuotaEntity,
    changes: ReadonlyMap<string, number | null>,
    options?: CallOptions,
  ): Promise<void> {
    return quotas.alterClientQuotas(this.client, entity, changes, options)
  }

  /** Keyed by user. */
  describeUserScramCredentials(
    users: readonly string[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<readonly scram.ScramCredentialInfo[]>>> {
    return scram.describeUserScramCredentials(this.client, users, options)
  }

  alterUserScramCredentials(
    changes: Parameters<typeof scram.alterUserScramCredentials>[1],
    options?: CallOptions,
  ): Promise<void> {
    return scram.alterUserScramCredentials(this.client, changes, options)
  }

  describeCluster(
    options?: CallOptions & { readonly includeFencedBrokers?: boolean },
  ): Promise<cluster.ClusterDescription> {
    return cluster.describeCluster(this.client, options)
  }

  unregisterBroker(brokerId: number, options?: CallOptions): Promise<void> {
    return cluster.unregisterBroker(this.client, brokerId, options)
  }

  /** Keyed by API. */
  describeApiVersions(nodeId: number, options?: CallOptions): Promise<Map<number, features.LevelRange>> {
    return cluster.describeApiVersions(this.client, nodeId, options)
  }

  describeFeatures(options?: CallOptions & { readonly nodeId?: number }): Promise<features.FeatureMetadata> {
    return features.describeFeatures(this.client, options)
  }

  updateFeatures(
    updates: ReadonlyMap<string, features.FeatureUpdate>,
    options?: CallOptions & { readonly validateOnly?: boolean },
  ): Promise<Map<string, Outcome<void>>> {
    return features.updateFeatures(this.client, updates, options)
  }

  describeMetadataQuorum(options?: CallOptions): Promise<quorum.QuorumInfo> {
    return quorum.describeMetadataQuorum(this.client, options)
  }

  addRaftVoter(voter: Parameters<typeof quorum.addRaftVoter>[1], options?: CallOptions): Promise<void> {
    return quorum.addRaftVoter(this.client, voter, options)
  }

  removeRaftVoter(voter: Parameters<typeof quorum.removeRaftVoter>[1], options?: CallOptions): Promise<void> {
    return quorum.removeRaftVoter(this.client, voter, options)
  }

  /** Keyed by broker. */
  describeLogDirs(
    brokers: readonly number[],
    options?: CallOptions,
  ): Promise<Map<number, Outcome<readonly logDirs.LogDirDescription[]>>> {
    return logDirs.describeLogDirs(this.client, brokers, options)
  }

  /** Keyed by `topic-partition-broker`. */
  alterReplicaLogDirs(
    moves: readonly (logDirs.TopicPartitionReplica & { readonly path: string })[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<void>>> {
    return logDirs.alterReplicaLogDirs(this.client, moves, options)
  }

  listOffsets(
    queries: readonly offsets.OffsetQuery[],
    options?: CallOptions & { readonly isolationLevel?: offsets.IsolationLevel },
  ): Promise<Map<string, Outcome<offsets.OffsetResult>>> {
    return offsets.listOffsets(this.client, queries, options)
  }

  deleteRecords(
    queries: readonly offsets.DeleteRecordsQuery[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<{ readonly lowWatermark: number }>>> {
    return offsets.deleteRecords(this.client, queries, options)
  }

  listGroups(options?: groups.ListGroupsOptions): Promise<readonly groups.GroupListing[]> {
    return groups.listGroups(this.client, options)
  }

  deleteGroups(groupIds: readonly string[], options?: CallOptions): Promise<Map<string, Outcome<void>>> {
    return groups.deleteGroups(this.client, groupIds, options)
  }

  removeMembers(
    groupId: string,
    members: readonly groups.MemberToRemove[],
    options?: CallOptions & { readonly reason?: string },
  ): Promise<Map<string, Outcome<void>>> {
    return groups.removeMembers(this.client, groupId, members, options)
  }

  /** Groups of either protocol whose members are consumers. */
  describeConsumerGroups(
    groupIds: readonly string[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<groupDescriptions.GroupDescription>>> {
    return groupDescriptions.describeConsumerGroups(this.client, groupIds, options)
  }

  /** Groups of the classic protocol, whatever their members are. */
  describeClassicGroups(
    groupIds: readonly string[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<groupDescriptions.GroupDescription>>> {
    return groupDescriptions.describeClassicGroups(this.client, groupIds, options)
  }

  listGroupOffsets(
    groupId: string,
    options?: CallOptions & { readonly partitions?: readonly TopicPartition[]; readonly requireStable?: boolean },
  ): Promise<Map<string, groupOffsets.CommittedOffset>> {
    return groupOffsets.listGroupOffsets(this.client, groupId, options)
  }

  alterGroupOffsets(
    groupId: string,
    newOffsets: readonly (TopicPartition & groupOffsets.OffsetAndMetadata)[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<void>>> {
    return groupOffsets.alterGroupOffsets(this.client, groupId, newOffsets, options)
  }

  deleteGroupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<void>>> {
    return groupOffsets.deleteGroupOffsets(this.client, groupId, partitions, options)
  }

  describeShareGroups(
    groupIds: readonly string[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<shareGroups.ShareGroupDescription>>> {
    return shareGroups.describeShareGroups(this.client, groupIds, options)
  }

  listShareGroupOffsets(groupId: string, options?: CallOptions): Promise<readonly shareGroups.SharePartitionOffset[]> {
    return shareGroups.listShareGroupOffsets(this.client, groupId, options)
  }

  alterShareGroupOffsets(
    groupId: string,
    newOffsets: readonly (TopicPartition & { readonly offset: number })[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<void>>> {
    return shareGroups.alterShareGroupOffsets(this.client, groupId, newOffsets, options)
  }

  /** Keyed by topic. */
  deleteShareGroupOffsets(
    groupId: string,
    topicNames: readonly string[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<void>>> {
    return shareGroups.deleteShareGroupOffsets(this.client, groupId, topicNames, options)
  }

  /** Keyed by the broker that coordinates them. */
  listTransactions(
    options?: transactions.ListTransactionsOptions,
  ): Promise<Map<number, readonly transactions.TransactionListing[]>> {
    return transactions.listTransactions(this.client, options)
  }

  describeTransactions(
    transactionalIds: readonly string[],
    options?: CallOptions,
  ): Promise<Map<string, Outcome<transactions.TransactionDescription>>> {
    return transactions.describeTransactions(this.client, transactionalIds, options)
  }

  describeProducers(
    partitions: readonly TopicPartition[],
    options?: CallOptions & { readonly brokerId?: number },
  ): Promise<Map<string, Outcome<readonly transactions.ProducerState[]>>> {
    return transactions.describeProducers(this.client, partitions, options)
  }

  abortTransaction(spec: transactions.AbortTransactionSpec, options?: CallOptions): Promise<void> {
    return transactions.abortTransaction(this.client, spec, options)
  }

  forceTerminateTransaction(transactionalId: string, options?: CallOptions): Promise<void> {
    return transactions.forceTerminateTransaction(this.client, transactionalId, options)
  }

  close(): Promise<void> {
    if (this.#ownsClient) this.client.close()
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
