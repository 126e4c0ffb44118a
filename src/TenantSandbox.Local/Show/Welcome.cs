using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Local.Show;

/// <summary>What a person needs to go on from here.</summary>
internal static class Welcome
{
    public static void Print(LocalSystem system, IReadOnlyList<TenantView> tenants, LocalSystemOptions options)
    {
        Console.WriteLine();
        foreach (var tenant in tenants)
        {
            Console.WriteLine($"  {tenant.TenantId,-12} {tenant.Phase,-10} pool {tenant.Placement?.Pool ?? "none"}{(tenant.LastError is { } error ? $"  {error.Message}" : "")}");
        }

        var address = system.Host.BaseAddress.ToString().TrimEnd('/');
        var key = system.Host.Keys.Function;
        Console.WriteLine($"""

              tenants     curl -H 'x-functions-key: {key}' {address}/api/tenants
              onboard     curl -H 'x-functions-key: {key}' --json @samples/tenant-blue.json {address}/api/tenants
              offboard    curl -H 'x-functions-key: {key}' -X DELETE {address}/api/tenants/{tenants[0].TenantId}
              Event Grid  {address}/runtime/webhooks/eventgrid?functionName=OnTenantEvent&code={system.Host.Keys.EventGrid}
              queue       {(system.QueueDoorShut is { } shut ? $"shut: {shut}" : "tenant-requests")}
              events out  curl {address}/topics/{LocalSystemOptions.TopicName}/events
            """);
        if (system.Twin is { } twin)
        {
            var (kubeconfig, authority) = TwinFiles.Write(twin, options.StateDirectory);
            Console.WriteLine($"""
                  kubectl     kubectl --kubeconfig {options.Kubeconfig ?? kubeconfig} get pods -A
                  ARM         {twin.ArmEndpoint} (a twin, not Azure; authority {authority})
                """);
        }

        Console.WriteLine("\nServing until Ctrl-C. Kill it at any moment: the next run goes on from there.");
    }
}
