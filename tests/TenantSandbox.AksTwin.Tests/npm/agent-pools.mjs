// Manages agent pools with the Azure SDK and its pollers. Prints one line of JSON, which the test checks.
import { ContainerServiceClient } from "@azure/arm-containerservice";

const { ARM_ENDPOINT: endpoint, SUBSCRIPTION: subscription, GROUP: group } = process.env;
const cluster = "aks-twin";
const credential = { getToken: async () => ({ token: "node", expiresOnTimestamp: Date.now() + 3_600_000 }) };
const client = new ContainerServiceClient(credential, subscription, { endpoint, retryOptions: { maxRetries: 0 } });
const poll = { updateIntervalInMs: 1 };
const kata = (more = {}) => ({
  count: 1, vmSize: "Standard_D4s_v5", osType: "Linux", osSKU: "AzureLinux", mode: "User", workloadRuntime: "KataVmIsolation",
  nodeTaints: ["sandbox=kata:NoSchedule"], ...more,
});
const result = {};

const created = await client.agentPools.beginCreateOrUpdateAndWait(group, cluster, "kata1", kata(), poll);
result.created = [created.provisioningState, created.count, created.workloadRuntime];

result.listed = [];
for await (const pool of client.agentPools.list(group, cluster)) result.listed.push(pool.name);

const updated = await client.agentPools.beginCreateOrUpdateAndWait(group, cluster, "kata1", kata({ count: 2 }), poll);
result.updated = [updated.provisioningState, updated.count];

const slow = await client.agentPools.beginCreateOrUpdate(group, cluster, "kata1", kata({ count: 2, nodeLabels: { slow: "yes" } }), poll);
result.conflict = await client.agentPools.beginCreateOrUpdateAndWait(group, cluster, "kata1", kata(), poll).then(() => "none", e => [e.statusCode, e.code]);
await client.agentPools.beginAbortLatestOperationAndWait(group, cluster, "kata1", poll);
result.aborted = (await client.agentPools.get(group, cluster, "kata1")).provisioningState;
result.slow = await slow.pollUntilDone().then(() => "done", () => "ended without success");

const credentials = await client.managedClusters.listClusterUserCredentials(group, cluster);
result.kubeconfig = Buffer.from(credentials.kubeconfigs[0].value).toString("utf8").includes("kubelogin");

result.refused = await client.agentPools.beginCreateOrUpdateAndWait(group, cluster, "kata2", kata({ vmSize: "Standard_D2ls_v5" }), poll).then(() => "none", e => [e.statusCode, e.code]);
await client.agentPools.beginDeleteAndWait(group, cluster, "kata1", poll);
result.deleted = await client.agentPools.get(group, cluster, "kata1").then(() => "there", e => e.statusCode);

console.log(JSON.stringify(result));
