using TenantSandbox.Core.Isolation.Network;
using static TenantSandbox.Core.Tests.Isolation.Network.PolicySamples;

namespace TenantSandbox.Core.Tests.Isolation.Network;

public sealed class NetworkReaderTests
{
    [Theory]
    [InlineData("""{"ingress":[{"from":[{}]}]}""", "a peer is empty")]
    [InlineData("""{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8"},"podSelector":{}}]}]}""", "a peer has a block and a selector")]
    [InlineData("""{"ingress":[{"from":[{"ipBlock":{}}]}]}""", "a block has no cidr")]
    [InlineData("""{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0"}}]}]}""", "'10.0.0.0' is no address block")]
    [InlineData("""{"ingress":[{"ports":[{"port":0}]}]}""", "port is no port number")]
    [InlineData("""{"ingress":[{"ports":[{"port":80,"endPort":79}]}]}""", "endPort is less than port")]
    [InlineData("""{"ingress":[{"ports":[{"endPort":79}]}]}""", "endPort without port")]
    [InlineData("""{"ingress":[{"ports":[{"port":"http","endPort":79}]}]}""", "endPort with a named port")]
    [InlineData("""{"ingress":[{"ports":[{"protocol":"ICMP"}]}]}""", "ICMP is no protocol of network policies")]
    [InlineData("""{"policyTypes":["Both"]}""", "Both is no policy type")]
    [InlineData("""{"podSelector":{"matchExpressions":[{"key":"a","operator":"In"}]}}""", "In with 0 values")]
    [InlineData("""{"podSelector":{"matchExpressions":[{"key":"a","operator":"Exists","values":["x"]}]}}""", "Exists with 1 values")]
    [InlineData("""{"podSelector":{"matchExpressions":[{"key":"a","operator":"Gt","values":["1"]}]}}""", "Gt is no operator of selectors")]
    [InlineData("""{"podSelector":{"matchLabels":{"a":1}}}""", "a is no text")]
    [InlineData("""{"ingress":[{"from":"all"}]}""", "from is no list")]
    [InlineData("""{"ingress":[{"fromEntities":["world"]}]}""", "the field fromEntities is not known")]
    [InlineData("""{"ingress":["all"]}""", "an item of ingress is no object")]
    public void Read_WhatTheApiRefuses_IsNamedAndOpen(string spec, string why)
    {
        var policy = Policy(spec);

        Assert.Equal(why, policy.Unreadable);
        Assert.Equal(PortSet.All, Under(policy, Policy("""{"policyTypes":["Ingress","Egress"]}""")).Between(Web, Db));
    }

    [Fact]
    public void Read_AnotherKind_IsNamedAndOpen()
    {
        var policy = NetworkPolicyReader.Read(Object("""
            {"apiVersion":"cilium.io/v2","kind":"CiliumNetworkPolicy","metadata":{"name":"l7","namespace":"shop"},"spec":{"egress":[{"toEntities":["world"]}]}}
            """));

        Assert.Equal("CiliumNetworkPolicy shop/l7", policy.ToString());
        Assert.Equal("rules of kind CiliumNetworkPolicy are not evaluated", policy.Unreadable);
        Assert.Equal(PortSet.All, Under(policy, Policy("""{"policyTypes":["Egress"]}""")).Allowed(Web, TrafficDirection.Egress, BankWeb));
    }

    [Fact]
    public void Read_PodAndTemplates_HaveLabelsAndNamedPorts()
    {
        const string Template = """
            {"metadata":{"labels":{"app":"web"}},"spec":{
              "containers":[{"ports":[{"name":"http","containerPort":8080},{"containerPort":1}]},{"ports":[{"name":"dns","containerPort":53,"protocol":"UDP"}]}],
              "initContainers":[{"ports":[{"name":"once","containerPort":2}]},{"restartPolicy":"Always","ports":[{"name":"side","containerPort":3}]}]}}
            """;
        var template = Object(Template);
        template["metadata"]!["name"] = "a";
        string[] items =
        [
            template.ToJsonString(),
            """{"metadata":{"name":"a"},"spec":{"template":?}}""".Replace("?", Template, StringComparison.Ordinal),
            """{"metadata":{"name":"a"},"spec":{"jobTemplate":{"spec":{"template":?}}}}""".Replace("?", Template, StringComparison.Ordinal),
        ];
        foreach (var item in items)
        {
            var pod = NetworkPod.Read(Object(item));

            Assert.Equal(("default", "a", "web"), (pod.Namespace, pod.Name, pod.Labels["app"]));
            Assert.Equal(
                [new NamedPort("http", TransportProtocol.Tcp, 8080), new NamedPort("dns", TransportProtocol.Udp, 53), new NamedPort("side", TransportProtocol.Tcp, 3)],
                pod.Ports);
        }
    }

    [Fact]
    public void Read_Namespace_AlwaysHasItsNameAsALabel() =>
        Assert.Equal("shop", NetworkNamespace.Read(Object("""{"metadata":{"name":"shop","labels":{"kubernetes.io/metadata.name":"bank"}}}""")).Labels[NetworkNamespace.NameLabel]);
}
