import type { Output } from '@pulumi/pulumi';
import { describe, expect, it, jest } from '@jest/globals';
import { AwsKubernetesCluster } from '../../../../constructs/cloud/aws/kubernetes-cluster.ts';
import type { AwsKubernetesClusterArgs } from '../../../../constructs/cloud/aws/kubernetes-cluster.ts';
import { recordProgram } from '../recorded-resources.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { CLUSTER_ARGS, clusterOutputs, PLATFORM_KEY } from './kubernetes-cluster-args.ts';
import { allowedActions, statement, statementsOf } from './policy-documents.ts';

const withCluster = (changed: Partial<AwsKubernetesClusterArgs['cluster']>): AwsKubernetesClusterArgs => ({
  ...CLUSTER_ARGS,
  cluster: { ...CLUSTER_ARGS.cluster, ...changed },
});

async function made(args: AwsKubernetesClusterArgs) {
  const { resources, result } = await recordProgram(() => new AwsKubernetesCluster('a', args), {
    computed: clusterOutputs,
  });
  return { resources, cluster: result };
}

// Some 40 resources, half a second on an idle machine; others may want it at the same time.
jest.setTimeout(30_000);

/** The example's own, made once: most tests only look at it. */
let example: ReturnType<typeof made> | undefined;
function standard(): ReturnType<typeof made> {
  example ??= made(CLUSTER_ARGS);
  return example;
}

const inputsOf = (resources: ReadonlyMap<string, RecordedResource>, name: string) => resources.get(name)?.inputs ?? {};
const valueOf = async <T>(output: Output<T> | undefined): Promise<T> =>
  await new Promise((resolve) => output?.apply(resolve));

describe('a Kubernetes cluster on AWS', () => {
  it('is one component; all that can be tagged says whose it is', async () => {
    const { resources } = await standard();
    const [component, ...children] = [...resources.values()];
    expect(component).toMatchObject({ type: 'flotilla:aws:KubernetesCluster', parentType: '' });
    const parents = new Set(children.map(({ parentType }) => parentType));
    expect([...parents].sort()).toEqual(['flotilla:aws:KubernetesCluster', 'flotilla:aws:ServiceIdentity']);
    const untagged = children.filter(
      ({ type, inputs }) => !type.startsWith('flotilla:') && inputs['tags'] === undefined,
    );
    // AWS has no tags for these three.
    expect([...new Set(untagged.map(({ type }) => type))].sort()).toEqual([
      'aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation',
      'aws:iam/rolePolicy:RolePolicy',
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
    ]);
    for (const { inputs } of children.filter((each) => each.inputs['tags'] !== undefined)) {
      expect(inputs['tags']).toMatchObject({ environment: 'production', 'flotilla.dev/stack': 'aws-us-west-2' });
    }
  });

  it('has a private API server, secrets under the platform key, and no administrator by accident', async () => {
    const { resources } = await standard();
    expect(inputsOf(resources, 'a-cluster')).toMatchObject({
      name: 'aws-us-west-2-a',
      version: '1.36',
      vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: false },
      kubernetesNetworkConfig: { serviceIpv4Cidr: '10.1.0.0/20' },
      encryptionConfig: { provider: { keyArn: PLATFORM_KEY }, resources: ['secrets'] },
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
      deletionProtection: true,
      zonalShiftConfig: { enabled: true },
    });
    expect(inputsOf(resources, 'a-cluster')['vpcConfig']).not.toHaveProperty('publicAccessCidrs');
    expect([...resources.keys()].filter((name) => name.includes('administrator'))).toEqual([]);
  });

  it('opens its API server to the ranges that are named, and to no others', async () => {
    const { resources } = await made(withCluster({ apiAccessRanges: ['198.51.100.0/24'] }));
    expect(inputsOf(resources, 'a-cluster')['vpcConfig']).toMatchObject({
      endpointPrivateAccess: true,
      endpointPublicAccess: true,
      publicAccessCidrs: ['198.51.100.0/24'],
    });
  });

  it('keeps all logs of the control plane, under the platform key, in a group that is there before it', async () => {
    const { resources } = await standard();
    expect(inputsOf(resources, 'a-cluster')['enabledClusterLogTypes']).toEqual([
      'api',
      'audit',
      'authenticator',
      'controllerManager',
      'scheduler',
    ]);
    expect(inputsOf(resources, 'a-logs')).toMatchObject({
      name: '/aws/eks/aws-us-west-2-a/cluster',
      retentionInDays: 400,
      kmsKeyId: PLATFORM_KEY,
    });
    expect(resources.get('a-cluster')?.dependsOn).toEqual(expect.arrayContaining(['a-logs', 'a-control-plane-policy']));
  });

  it('lets in the administrators that are named', async () => {
    const others = 'arn:aws:iam::210987654321:role/teams/platform';
    const administrators = ['arn:aws:iam::123456789012:role/teams/platform', others];
    const { resources } = await made(withCluster({ administrators }));
    expect(inputsOf(resources, 'a-administrator-teams/platform')).toMatchObject({
      principalArn: administrators[0],
      type: 'STANDARD',
    });
    expect(inputsOf(resources, 'a-administrator-policy-teams/platform')).toMatchObject({
      principalArn: administrators[0],
      accessScope: { type: 'cluster' },
    });
    expect(inputsOf(resources, 'a-administrator-210987654321-teams/platform')).toMatchObject({ principalArn: others });
  });

  it('lets in nobody that is not named', async () => {
    const { resources } = await standard();
    expect([...resources.keys()].filter((name) => name.includes('administrator'))).toEqual([]);
  });

  it('gives pods addresses of their own range, cut by zone, with network policies on', async () => {
    const { resources } = await standard();
    expect(inputsOf(resources, 'a-pod-range')).toMatchObject({ vpcId: 'vpc-1', cidrBlock: '10.4.0.0/16' });
    const subnets = [...resources.values()].filter(({ type }) => type === 'aws:ec2/subnet:Subnet');
    expect(subnets.map(({ inputs }) => [inputs['availabilityZone'], inputs['cidrBlock']])).toEqual([
      ['us-west-2a', '10.4.0.0/19'],
      ['us-west-2b', '10.4.32.0/19'],
      ['us-west-2c', '10.4.64.0/19'],
    ]);
    for (const { inputs, dependsOn } of subnets) {
      expect(dependsOn).toContain('a-pod-range');
      // A load balancer must not find them.
      expect(Object.keys(inputs['tags'] as object).filter((tag) => tag.startsWith('kubernetes.io/'))).toEqual([]);
    }
    expect(JSON.parse(String(inputsOf(resources, 'a-vpc-cni')['configurationValues']))).toEqual({
      enableNetworkPolicy: 'true',
      env: {
        AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
        ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
        ENABLE_PREFIX_DELEGATION: 'true',
        WARM_PREFIX_TARGET: '1',
      },
      eniConfig: {
        create: true,
        region: 'us-west-2',
        subnets: {
          'us-west-2a': { id: 'a-us-west-2a-pods-id' },
          'us-west-2b': { id: 'a-us-west-2b-pods-id' },
          'us-west-2c': { id: 'a-us-west-2c-pods-id' },
        },
      },
    });
  });

  it("keeps API server, nodes and pods in the cluster's own security group, whose members reach each other at any port", async () => {
    const { resources } = await standard();
    const groups = [...resources.values()].filter(
      ({ type, inputs }) =>
        type.includes('ecurityGroup') || /"(vpcS|s)ecurityGroup|"networkInterfaces"/.test(JSON.stringify(inputs)),
    );
    expect(groups.map(({ name }) => name)).toEqual([]);
  });

  it('has its add-ons by name: the network before the nodes, and what runs on nodes after them', async () => {
    const { resources } = await standard();
    const addOns = [...resources.values()].filter(({ type }) => type === 'aws:eks/addon:Addon');
    expect(addOns.map(({ inputs }) => inputs['addonName']).sort()).toEqual([
      'aws-ebs-csi-driver',
      'coredns',
      'kube-proxy',
      'vpc-cni',
    ]);
    expect(resources.get('a-us-west-2a-brokers')?.dependsOn).toEqual(
      expect.arrayContaining(['a-vpc-cni', 'a-kube-proxy', 'a-node-policy-AmazonEKSWorkerNodePolicy']),
    );
    for (const late of ['a-coredns', 'a-aws-ebs-csi-driver']) {
      expect(resources.get(late)?.dependsOn).toContain('a-us-west-2a-platform');
    }
    const driver = JSON.parse(String(inputsOf(resources, 'a-aws-ebs-csi-driver')['configurationValues'])) as unknown;
    expect(driver).toEqual({
      controller: {
        k8sTagClusterId: 'aws-us-west-2-a',
        extraVolumeTags: { environment: 'production', 'flotilla.dev/stack': 'aws-us-west-2' },
      },
    });
  });

  it('can be previewed before anything of it is known', async () => {
    const known = await standard();
    const { resources } = await recordProgram(() => new AwsKubernetesCluster('a', CLUSTER_ARGS), {
      computed: (type) => (type === 'aws:eks/cluster:Cluster' ? { identities: undefined } : {}),
      phase: 'preview',
    });
    expect([...resources.keys()].sort()).toEqual([...known.resources.keys()].sort());
  });

  it('gives out what a region needs of it', async () => {
    const { cluster } = await standard();
    expect(await valueOf(cluster.clusterName)).toBe('aws-us-west-2-a');
    expect(await valueOf(cluster.endpoint)).toBe('https://api.example.com');
    expect(await valueOf(cluster.issuer)).toBe('https://oidc.eks.us-west-2.amazonaws.com/id/A');
    expect(await valueOf(cluster.oidcProviderArn)).toMatch(/:oidc-provider\//);
    expect(await valueOf(cluster.nodeSecurityGroupId)).toBe('sg-nodes');
    expect(await valueOf(cluster.gatewayRoleArn)).toMatch(/a-control-plane-role$/);
    expect(await valueOf(cluster.volumeDriverRoleArn)).toMatch(/a-volumes-role$/);
    expect(await valueOf(cluster.autoscalerRoleArn)).toMatch(/a-autoscaler-role$/);
  });
});

describe('the roles of a Kubernetes cluster on AWS', () => {
  it('are under the path of the platform, and each has its own name', async () => {
    const { resources } = await standard();
    const roles = [...resources.values()].filter(({ type }) => type === 'aws:iam/role:Role');
    expect(roles.map(({ name }) => name).sort()).toEqual([
      'a-autoscaler-role',
      'a-control-plane-role',
      'a-network-role',
      'a-node-role',
      'a-volumes-role',
    ]);
    for (const { inputs } of roles) {
      expect(inputs['path']).toBe('/flotilla-platform/aws-us-west-2/');
      expect(String(inputs['name']).length).toBeLessThanOrEqual(64);
    }
    expect(new Set(roles.map(({ inputs }) => inputs['name'])).size).toBe(roles.length);
  });

  it('let nodes join and pull images, and nothing else', async () => {
    const { resources } = await standard();
    const attached = [...resources.values()]
      .filter(
        ({ type, inputs }) =>
          type.includes('rolePolicyAttachment') && inputs['role'] === inputsOf(resources, 'a-node-role')['name'],
      )
      .map(({ inputs }) => inputs['policyArn']);
    expect(attached).toEqual([
      'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
      'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
    ]);
  });

  it('are taken by EKS for this very cluster only', async () => {
    const { resources } = await standard();
    const [trust] = statementsOf(resources.get('a-control-plane-role'), 'assumeRolePolicy');
    expect(trust).toMatchObject({
      Principal: { Service: 'eks.amazonaws.com' },
      Condition: {
        StringEquals: { 'aws:SourceAccount': '123456789012' },
        ArnEquals: { 'aws:SourceArn': 'arn:aws:eks:us-west-2:123456789012:cluster/aws-us-west-2-a' },
      },
    });
  });

  it.each([
    ['a-network-role', 'kube-system:aws-node'],
    ['a-volumes-role', 'kube-system:ebs-csi-controller-sa'],
    ['a-autoscaler-role', 'flotilla-system:cluster-autoscaler'],
  ])('are taken by one service account only: %s by %s', async (role, account) => {
    const { resources } = await standard();
    expect(statementsOf(resources.get(role), 'assumeRolePolicy')).toEqual([
      expect.objectContaining({
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'oidc.eks.us-west-2.amazonaws.com/id/A:aud': 'sts.amazonaws.com',
            'oidc.eks.us-west-2.amazonaws.com/id/A:sub': `system:serviceaccount:${account}`,
          },
        },
      }),
    ]);
  });

  it('let the volume driver use the platform key alone, for volumes alone', async () => {
    const { resources } = await standard();
    for (const { Resource, Action, Condition } of statementsOf(resources.get('a-volumes-policy'))) {
      expect(Resource).toBe(PLATFORM_KEY);
      expect([Action].flat().every((action) => /^kms:[A-Za-z]+$/.test(action))).toBe(true);
      expect(Condition?.['StringEquals']).toEqual({ 'kms:ViaService': 'ec2.us-west-2.amazonaws.com' });
    }
  });

  it("let the autoscaler change the size of its own cluster's groups, and see the rest", async () => {
    const { resources } = await standard();
    const statements = statementsOf(resources.get('a-autoscaler-policy'));
    const changes = allowedActions(statements).filter((action) => !/:(Describe|Get)/.test(action));
    expect(changes).toEqual(['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup']);
    expect(statement(statements, 'SizeGroupsOfItsCluster').Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/aws-us-west-2-a': 'owned' },
    });
  });
});
