// The APIs that histories speak of: a request beside its response, so that an answer has its type.
import { apis as clientApis, defineApi } from '@milena/client'
import {
  AlterConfigsRequest,
  AlterConfigsResponse,
  DescribeQuorumRequest,
  DescribeQuorumResponse,
  ListConfigResourcesRequest,
  ListConfigResourcesResponse,
} from '@milena/protocol'

export const apis = {
  ...clientApis,
  alterConfigs: defineApi(AlterConfigsRequest, AlterConfigsResponse),
  listConfigResources: defineApi(ListConfigResourcesRequest, ListConfigResourcesResponse),
  describeQuorum: defineApi(DescribeQuorumRequest, DescribeQuorumResponse),
}
