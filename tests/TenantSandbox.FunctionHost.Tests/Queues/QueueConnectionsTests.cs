using Microsoft.Extensions.Azure;
using TenantSandbox.Hosting.Queues;

namespace TenantSandbox.Hosting.Tests.Queues;

public sealed class QueueConnectionsTests
{
    private const string Emulator =
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;";

    [Theory]
    [InlineData("AzureWebJobsOrders")]
    [InlineData("Orders")]
    [InlineData("ConnectionStrings:Orders")]
    public void Open_AConnectionString_IsFoundUnderEveryName(string setting)
    {
        var connections = Create((setting, Emulator));

        var queue = connections.Open(connections.Find("Orders")!, "samples");

        Assert.Equal(("devstoreaccount1", "samples"), (queue.AccountName, queue.Name));
    }

    [Fact]
    public void Find_SeveralSettings_PrefersTheHostsPrefix()
    {
        var connections = Create(("Orders", "other"), ("AzureWebJobsOrders", Emulator));

        Assert.Equal(Emulator, connections.Find("Orders")!.Value);
    }

    [Theory]
    [InlineData("queueServiceUri", "https://acme.queue.core.windows.net/")]
    [InlineData("serviceUri", "https://acme.queue.core.windows.net")]
    [InlineData("accountName", "acme")]
    public void Open_IdentitySettings_NameTheQueue(string property, string value)
    {
        var connections = Create(($"Orders:{property}", value), ("Orders:credential", "managedidentity"), ("Orders:clientId", "an-id"));

        var queue = connections.Open(connections.Find("Orders")!, "samples");

        Assert.Equal(new Uri("https://acme.queue.core.windows.net/samples"), queue.Uri);
    }

    [Fact]
    public void Find_ASettingThatIsntSet_IsNull()
    {
        Assert.Null(Create(("Orders", "")).Find("Orders"));
    }

    [Theory]
    [InlineData("Orders", "AccountKey=hunter2")]
    [InlineData("Orders:credential", "managedidentity")]
    public void Open_UnusableSettings_NamesTheSettingWithoutItsValue(string setting, string value)
    {
        var connections = Create((setting, value));

        var fault = Assert.Throws<InvalidOperationException>(() => connections.Open(connections.Find("Orders")!, "samples"));

        Assert.Contains("'Orders'", fault.Message);
        Assert.DoesNotContain("hunter2", fault.ToString());
    }

    private static QueueConnections Create(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
            .Build();
        var services = new ServiceCollection();
        services.AddAzureClientsCore();
        return new QueueConnections(configuration, services.BuildServiceProvider().GetRequiredService<AzureComponentFactory>());
    }
}
