using k8s;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>The options of a request for a log.</summary>
public sealed class KubernetesPodLogTests
{
    [Fact]
    public async Task Log_Follow_GoesOnUntilThePodIsGone()
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 1);
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"));
        using var answer = await api.Client.CoreV1.ReadNamespacedPodLogWithHttpMessagesAsync("p", ns, follow: true);
        using var reader = new StreamReader(answer.Body);

        string? line;
        do
        {
            line = await reader.ReadLineAsync();
        }
        while (line is not null && !line.StartsWith("up for", StringComparison.Ordinal));
        Assert.NotNull(line);

        await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/pods/p?gracePeriodSeconds=0");
        while (await reader.ReadLineAsync() is not null)
        {
        }
    }

    [Theory]
    [InlineData("tailLines=0", "")]
    [InlineData("limitBytes=9", "container")]
    [InlineData("sinceTime=2100-01-01T00:00:00Z", "")]
    [InlineData("sinceTime=2100-01-01T00:00:00Z&follow=true&limitBytes=0", "")]
    public async Task Log_Options_ChooseWhatIsSent(string query, string expected)
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 1);
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"));

        Assert.Equal(expected, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p/log?{query}")).Text);
    }

    [Theory]
    [InlineData("sinceTime=yesterday")]
    [InlineData("sinceTime=2027-01-01T00:00:00Z&sinceSeconds=5")]
    [InlineData("tailLines=-1")]
    [InlineData("previous=true")]
    public async Task Log_WrongOptions_AreRefused(string query)
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 1);
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"));

        Assert.Equal(400, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p/log?{query}")).Status);
    }

    [Fact]
    public async Task Log_PreviousOfARestartedContainer_IsThatOfTheFormerInstance()
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 1);
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", image: "crashing:1"));
        await api.WaitForAsync($"/api/v1/namespaces/{ns}/events", o => o.GetString("reason") == "BackOff");

        var log = await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p/log?previous=true");

        Assert.Equal(200, log.Status);
        Assert.StartsWith("container ", log.Text, StringComparison.Ordinal);
    }
}
