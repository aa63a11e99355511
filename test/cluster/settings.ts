/** Where the suite runs, from the environment. Without it every test is skipped, and counted as such. */

export interface ClusterSettings {
  /** The real-cluster tool: brings up a cluster of one node and makes images for it. */
  realCluster?: string;
  /** A kubeconfig of a cluster whose node has `image` already and can reach this machine's loopback. */
  kubeconfig?: string;
  /** The Metacontroller program; without it the lab's driver stands in. */
  metacontroller?: string;
  /** The file with Metacontroller's CRDs; without it the cluster has to have them. */
  metacontrollerCrds?: string;
  /** Image of the pretended weka; its tag is the weka version. */
  image: string;
  /** Port of the model of weka on the loopback, as the image has it. */
  modelPort: number;
  hooksPort: number;
}

/** Undefined: there is no cluster to test on. */
export function clusterSettings(environment: Record<string, string | undefined>): ClusterSettings | undefined {
  const text = (name: string): string | undefined => environment[name] || undefined;
  const [realCluster, kubeconfig] = [text('REAL_CLUSTER'), text('KUBECONFIG')];
  if (realCluster === undefined && kubeconfig === undefined) return undefined;
  const [metacontroller, metacontrollerCrds] = [text('METACONTROLLER'), text('METACONTROLLER_CRDS')];
  return {
    image: text('PRETENDED_WEKA_IMAGE') ?? 'pretended/weka:4.4.5.118-k8s',
    modelPort: Number(text('PRETENDED_WEKA_PORT') ?? 18_999),
    hooksPort: Number(text('WEKA_HOOKS_PORT') ?? 18_080),
    ...(realCluster === undefined ? {} : { realCluster }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(metacontroller === undefined ? {} : { metacontroller }),
    ...(metacontrollerCrds === undefined ? {} : { metacontrollerCrds }),
  };
}
