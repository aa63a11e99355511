/** What a manual operation does once and a policy does again and again: actions and their payloads. */
import { z } from 'zod';
import type { Rule } from '../../core/api/rules.ts';
import { duration, integer, object, objectReference, labelMap, text, texts } from '../../core/api/schema.ts';

const nodeSelector = () => labelMap().optional().describe('are the labels of the nodes; all nodes when absent');

export const signDrivesPayload = object({
  type: z
    .enum(['aws-all', 'gcp-all', 'device-identifiers', 'device-paths', 'all-not-root'])
    .describe('is how drives are chosen'),
  nodeSelector: nodeSelector(),
  devicePaths: texts(256, 4096).optional().describe('are the devices, for type device-paths'),
  pciDevices: object({
    vendorId: text(16).describe('is the PCI vendor'),
    deviceId: text(16).describe('is the PCI device'),
  })
    .optional()
    .describe('are the devices, for type device-identifiers'),
  options: object({
    allowEraseWekaPartitions: z.boolean().optional().describe('erases partitions of weka'),
    allowEraseNonWekaPartitions: z.boolean().optional().describe('erases partitions of others'),
    allowNonEmptyDevice: z.boolean().optional().describe('signs a device that carries data'),
    skipTrimFormat: z.boolean().optional().describe('does not trim the device first'),
  })
    .optional()
    .describe('say what the signing may destroy'),
  shared: z.boolean().optional().describe('signs drives for several clusters (drive sharing)'),
});

export const blockDrivesPayload = object({
  serialIDs: texts(1024).optional().describe('are the serials of the drives'),
  physicalUUIDs: texts(1024, 64).optional().describe('are the UUIDs of shared drives'),
  node: text().describe('is the node of the drives'),
});

export const discoverDrivesPayload = object({ nodeSelector: nodeSelector() });

export const ensureNicsPayload = object({
  type: z.enum(['aws', 'oci']).describe('is the cloud'),
  nodeSelector: nodeSelector(),
  dataNICsNumber: integer(0, 64).optional().describe('is how many network cards each node shall have for data'),
});

export const forceResignDrivesPayload = object({
  nodeName: text().describe('is the node of the drives'),
  deviceSerials: texts(1024).optional().describe('are the serials of the drives'),
  devicePaths: texts(256, 4096).optional().describe('are the devices'),
});

export const remoteTracesSession = object({
  cluster: objectReference.describe('is the WekaCluster whose traces are shown'),
  nodeSelector: nodeSelector(),
  hostNetwork: z.boolean().optional().describe('runs the session in the network of the node'),
  duration: duration()
    .optional()
    .describe('is how long the session lasts; a week for a manual operation and for ever in a policy when absent'),
  wekahomeEndpointOverride: text(2048).optional().describe('is the URL of Weka Home in place of the cluster setting'),
  allowHttpWekahomeEndpoint: z.boolean().optional().describe('allows a URL without TLS'),
  allowInsecureWekahomeEndpoint: z.boolean().optional().describe('accepts any certificate'),
  wekahomeCaSecret: text().optional().describe('is the secret with the authority that signed the endpoint'),
});

export const driverDistPayload = object({
  ensureImages: texts(64, 1024).optional().describe('are images whose drivers are built beside those in use'),
  nodeSelectors: z
    .array(labelMap())
    .max(64)
    .optional()
    .describe('choose the nodes whose kernels are built for; all nodes when absent'),
  kernelLabelKey: text(317).optional().describe('is the node label that is written with the kernel'),
  architectureLabelKey: text(317).optional().describe('is the node label that is written with the architecture'),
  osLabelKey: text(317).optional().describe('is accepted and has no effect'),
  builderImageOverride: text(1024).optional().describe('is the image of the builders in place of the target image'),
  builderPreRunScript: text(65536).optional().describe('is a shell script that builders run first'),
  distNodeSelector: labelMap().optional().describe('are the labels of the node that keeps the drivers'),
});

/** Both kinds check in the same way that the payload of what they are asked to do is there. */
interface Asked {
  image?: string | undefined;
  payload?: object | undefined;
}

/** @param selector the field that says what to do @param payloads its values, and the payload field of each */
export function payloadRules<Self extends Asked>(
  selector: string & keyof Self,
  payloads: Record<string, string>,
): Rule<Self>[] {
  const required = Object.entries(payloads).map(([asked, field]): Rule<Self> => ({
    cel: `self.${selector} != '${asked}' || (has(self.payload) && has(self.payload.${field}))`,
    message: `${asked} needs payload.${field}`,
    field: 'payload',
    holds: (self) =>
      self[selector] !== asked || (self.payload as Record<string, unknown> | undefined)?.[field] !== undefined,
  }));
  return [
    ...required,
    {
      // the sign tool is an image of its own; weka's image lacks it
      cel: `self.${selector} != 'sign-drives' || !has(self.image) || !self.image.contains('/weka-in-container:')`,
      message: 'sign-drives needs the image of the sign tool, not weka-in-container',
      field: 'image',
      holds: (self) => self[selector] !== 'sign-drives' || !(self.image ?? '').includes('/weka-in-container:'),
    },
  ];
}
