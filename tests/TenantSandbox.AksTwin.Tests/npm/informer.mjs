// Watches config maps with an informer while they are created, changed and deleted. Prints one line of JSON, which the test checks.
import { CoreV1Api, KubeConfig, makeInformer } from "@kubernetes/client-node";

const namespace = "default";
const config = new KubeConfig();
config.loadFromFile(process.env.KUBECONFIG);
const api = config.makeApiClient(CoreV1Api);
const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () => api.listNamespacedConfigMap({ namespace }));

const seen = [];
let check = () => { };
const until = condition => new Promise(resolve => (check = () => condition() && resolve())());
for (const event of ["add", "update", "delete"])
  informer.on(event, item => {
    if (item.metadata.name.startsWith("twin-")) seen.push(`${event} ${item.metadata.name} ${item.data.turn}`);
    check();
  });
// Restart the informer if its watch breaks: it lists again and continues from there.
let broken = 0;
let stopped = false;
informer.on("error", () => stopped || (broken++, informer.start()));

await informer.start();
const body = (name, turn) => ({ metadata: { name }, data: { turn } });
await api.createNamespacedConfigMap({ namespace, body: body("twin-1", "1") });
await until(() => seen.includes("add twin-1 1"));
await api.replaceNamespacedConfigMap({ namespace, name: "twin-1", body: body("twin-1", "2") });
await until(() => seen.includes("update twin-1 2"));
await api.createNamespacedConfigMap({ namespace, body: body("twin-2", "1") });
await api.deleteNamespacedConfigMap({ namespace, name: "twin-1" });
await until(() => seen.includes("delete twin-1 2") && seen.includes("add twin-2 1"));
stopped = true;
await informer.stop();
const cached = informer.list(namespace).map(item => item.metadata.name).filter(name => name.startsWith("twin-"));
console.log(JSON.stringify({ seen: seen.sort(), cached, broken: broken > 0 }));
process.exit(0);
