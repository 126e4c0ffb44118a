using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Tests.Configuration;

public sealed class OptionsTests
{
    [Fact]
    public void Bind_SmallestUsefulSettings_AreAccepted()
    {
        var options = Read(App.Settings());

        Assert.Equal("west-1", Assert.Single(options.Clusters).Id);
        Assert.Equal("https://management.azure.com/", options.Arm.Endpoint.AbsoluteUri);
        Assert.Equal(AuthenticationMode.Azure, options.Authentication.Mode);
    }

    [Fact]
    public void Bind_EverySetting_ReachesItsOption()
    {
        var settings = App.Settings();
        settings["Owner"] = "blue";
        settings["KataNames"] = "Preview";
        settings["Clusters__0__Zones__0"] = "1";
        settings["Clusters__0__Zones__1"] = "2";
        settings["Network__DeniedCidrs__0"] = "10.0.0.0/8";
        settings["Network__DnsPodLabels__app"] = "dns";
        settings["Network__Sources__gateway__Namespace"] = "gateways";
        settings["Network__Sources__gateway__PodLabels__app"] = "envoy";
        settings["Network__IngressCidrs__0"] = "203.0.113.0/24";
        settings["Network__HostNames__0"] = "*.apps.example.com";
        settings["Network__LoadBalancers"] = "Internal";
        settings["Network__AllowNodePorts"] = "true";
        settings["Network__Gateway__Namespace"] = "gateways";
        settings["Network__Gateway__Name"] = "public";
        settings["Network__Gateway__Source"] = "gateway";
        settings["Clusters__0__EgressByHostName"] = "true";
        settings["Timing__PollMinSeconds"] = "0.5";
        settings["Workloads__MaxSurge"] = "1";
        settings["EventTopic__Endpoint"] = "https://topic.example/api/events";
        settings["Policies__Required"] = "false";
        settings["Policies__Users__0"] = "ann";
        settings["Policies__Registries__0"] = "contoso.azurecr.io/shop";
        settings["Policies__DigestsOnly"] = "true";

        var options = Read(settings);

        Assert.Equal("blue", options.Owner);
        Assert.Equal("KataMshvVmIsolation", KataNames.Of(options.KataNames).WorkloadRuntime);
        Assert.Equal(["1", "2"], options.Clusters[0].Zones);
        Assert.Equal(["10.0.0.0/8"], options.Network.DeniedCidrs);
        Assert.Equal("dns", options.Network.DnsPodLabels["app"]);
        Assert.Equal(("gateways", "envoy"), (options.Network.Sources["gateway"].Namespace, options.Network.Sources["gateway"].PodLabels["app"]));
        Assert.Equal("public", options.FindGateway("west-1")?.Name);
        var rules = options.ToRules().Network;
        Assert.Equal(["*.apps.example.com", "203.0.113.0/24", "gateway"], [.. rules.HostNames!, .. rules.IngressBlocks!, .. rules.Sources!]);
        Assert.Equal((LoadBalancerRule.Internal, true, true), (rules.LoadBalancers, rules.AllowNodePorts, rules.AllowEgressHosts));
        Assert.Equal(0.5, options.Timing.PollMinSeconds);
        Assert.Equal(1, options.Workloads.MaxSurge);
        Assert.Equal("topic.example", options.EventTopic.Endpoint?.Host);
        Assert.Equal((false, true), (options.Policies.Required, options.Policies.DigestsOnly));
        Assert.Equal(["ann", "contoso.azurecr.io/shop"], [.. options.Policies.Users, .. options.Policies.Registries]);
    }

    [Theory]
    [InlineData("Owner", "Blue!", "TenantSandbox__Owner: 'Blue!'")]
    [InlineData("Installation", "Blue 1", "TenantSandbox__Installation: 'Blue 1'")]
    [InlineData("Clusters__0__Id", "", "TenantSandbox__Clusters__0__Id")]
    [InlineData("Clusters__0__SubscriptionId", "mine", "TenantSandbox__Clusters__0__SubscriptionId")]
    [InlineData("Clusters__0__Name", "", "TenantSandbox__Clusters__0__Name: must be set")]
    [InlineData("Clusters__0__VmSize", "Standard_D4ps_v6", "is an Arm size")]
    [InlineData("Clusters__0__VmSize", "Standard_X9", "Set NodeVCpus and NodeMemoryMiB")]
    [InlineData("Clusters__0__MaxPods", "5", "Clusters__0__MaxPods: 5 must be 10 to 250")]
    [InlineData("Clusters__0__MinCount", "0", "Clusters__0__MinCount: 0 must be 1")]
    [InlineData("Clusters__0__MaxCount", "1001", "Clusters__0__MaxCount: 1001")]
    [InlineData("Clusters__0__Kubeconfig", "/nowhere", "file /nowhere does not exist")]
    [InlineData("Clusters__0__SubnetId", "nodes", "Clusters__0__SubnetId: 'nodes' must be the resource id of a subnet")]
    [InlineData("Clusters__0__PodSubnetId", "/subscriptions/s/resourceGroups/g", "Clusters__0__PodSubnetId")]
    [InlineData("Arm__Endpoint", "http://management.azure.com", "must be an absolute https address")]
    [InlineData("Arm__CaFile", "/nowhere.pem", "file /nowhere.pem does not exist")]
    [InlineData("EventTopic__Endpoint", "http://topic.example", "EventTopic__Endpoint")]
    [InlineData("EventTopic__Source", "", "EventTopic__Source")]
    [InlineData("Timing__PollMinSeconds", "0", "Timing__PollMinSeconds: 0 must be more than 0")]
    [InlineData("Timing__PollMaxSeconds", "1", "must not be less than PollMinSeconds")]
    [InlineData("Timing__WatchSeconds", "600", "Timing__WatchSeconds: 600 must be 1 to 240")]
    [InlineData("Network__DeniedCidrs__0", "everything", "Network__DeniedCidrs__0: 'everything'")]
    [InlineData("Network__DeniedCidrs__0", "10.0.0.0/8x", "Network__DeniedCidrs__0: '10.0.0.0/8x'")]
    [InlineData("Network__AllowedPrivateCidrs__0", "everything", "Network__AllowedPrivateCidrs__0: 'everything' is not a block")]
    [InlineData("Network__AllowedPrivateCidrs__0", "8.0.0.0/6", "Network__AllowedPrivateCidrs__0: '8.0.0.0/6' isn't within 10.0.0.0/8")]
    [InlineData("Clusters__0__NetworkPolicyEngine", " ", "Clusters__0__NetworkPolicyEngine: must name")]
    [InlineData("Network__IngressCidrs__0", "everything", "Network__IngressCidrs__0: 'everything'")]
    [InlineData("Network__HostNames__0", "*.com", "Network__HostNames__0: '*.com'")]
    [InlineData("Network__Sources__gateway__Namespace", "tenant-blue", "could be a tenant's")]
    [InlineData("Network__Sources__Gateway!__Namespace", "gateways", "Network__Sources__Gateway!: the name")]
    [InlineData("Network__Gateway__Name", "public", "Network__Gateway: give both Name and Namespace")]
    [InlineData("Network__Gateway__Source", "gateway", "Network__Gateway__Source: 'gateway' is none of")]
    [InlineData("Clusters__0__Gateway__Name", "public", "Clusters__0__Gateway: give both Name and Namespace")]
    [InlineData("Workloads__PodSecurityVersion", "1.32", "Workloads__PodSecurityVersion: '1.32'")]
    [InlineData("Workloads__MaxSurge", "-1", "Workloads__MaxSurge: -1")]
    [InlineData("Workloads__RunAsUser", "0", "Workloads__RunAsUser: 0")]
    [InlineData("Workloads__MinId", "0", "Workloads__MinId, Workloads__MaxId: 0 to 2147483647")]
    [InlineData("Workloads__MaxId", "0", "Workloads__MinId, Workloads__MaxId: 1 to 0")]
    [InlineData("Workloads__TmpSizeMiB", "0", "Workloads__TmpSizeMiB: 0")]
    [InlineData("Policies__Users__0", " ", "Policies__Users__0: must be a user name")]
    [InlineData("Policies__Registries__0", "https://contoso.azurecr.io", "Policies__Registries__0: 'https://contoso.azurecr.io'")]
    [InlineData("Policies__Registries__0", "contoso.azurecr.io/", "Policies__Registries__0: 'contoso.azurecr.io/'")]
    public void Validate_OneWrongSetting_IsNamed(string setting, string value, string expected)
    {
        var settings = App.Settings();
        settings[setting] = value;

        var refused = Assert.Throws<OptionsValidationException>(() => Read(settings));

        Assert.Contains(expected, Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SeveralFaults_AllAreNamed()
    {
        var settings = App.Settings();
        settings["Owner"] = "";
        settings["Clusters__0__Region"] = "";
        settings["Timing__RolloutSeconds"] = "0";

        Assert.Equal(3, Assert.Throws<OptionsValidationException>(() => Read(settings)).Failures.Count());
    }

    [Fact]
    public void Validate_NoCluster_SaysWhatToSet() =>
        Assert.Contains("Clusters__0__Id", Assert.Throws<OptionsValidationException>(() => Read([])).Message, StringComparison.Ordinal);

    [Fact]
    public void Validate_SameIdTwice_IsRefused()
    {
        var settings = App.Settings();
        foreach (var (key, value) in App.Settings())
        {
            settings[key.Replace("__0__", "__1__", StringComparison.Ordinal)] = value;
        }

        Assert.Contains("used 2 times", Assert.Throws<OptionsValidationException>(() => Read(settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SameManagedClusterUnderTwoIds_IsRefused()
    {
        var settings = App.Settings();
        foreach (var (key, value) in App.Settings("west-2"))
        {
            settings[key.Replace("__0__", "__1__", StringComparison.Ordinal)] = value;
        }

        settings["Clusters__1__Name"] = "AKS-tenants";

        Assert.Contains("'west-1', 'west-2' are the same managed cluster", Assert.Throws<OptionsValidationException>(() => Read(settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_PodSubnetOfAnotherNetwork_IsRefused()
    {
        var settings = App.Settings();
        settings["Clusters__0__SubnetId"] = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/one/subnets/nodes";
        settings["Clusters__0__PodSubnetId"] = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/two/subnets/pods";

        Assert.Contains("must be in the virtual network of SubnetId", Assert.Throws<OptionsValidationException>(() => Read(settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InstallationName_NotSet_IsTheOwner()
    {
        var settings = App.Settings();
        settings["Owner"] = "blue";

        Assert.Equal("blue", Read(settings).InstallationName);
        settings["Installation"] = "blue-2";
        Assert.Equal("blue-2", Read(settings).InstallationName);
    }

    [Theory]
    [InlineData("https://management.azure.com")]
    [InlineData("https://10.0.0.1:8443")]
    [InlineData("https://localhost.example.com")]
    public void Validate_StaticTokenForAnotherMachine_IsRefused(string endpoint)
    {
        var settings = App.Settings();
        settings["Authentication__Mode"] = "Static";
        settings["Authentication__StaticToken"] = "anything";
        settings["Arm__Endpoint"] = endpoint;

        Assert.Contains("Static is only for a twin on this machine", Assert.Throws<OptionsValidationException>(() => Read(settings)).Message, StringComparison.Ordinal);
    }

    private static TenantSandboxOptions Read(Dictionary<string, string?> settings)
    {
        using var services = App.Create(settings);
        return services.GetRequiredService<IOptions<TenantSandboxOptions>>().Value;
    }
}
