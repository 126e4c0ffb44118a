using TenantSandbox.Cli.Client;
using TenantSandbox.Cli.Local;

namespace TenantSandbox.Cli.Output;

/// <summary>Prints the tenants and how to reach everything: curl lines, a kubectl line, addresses.</summary>
internal static class ConnectionHelp
{
    public static void Print(LocalSystem system, IReadOnlyList<TenantDocument> tenants, LocalSystemOptions options)
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
              queue       {(system.NoStorageReason is { } reason ? $"none: {reason}" : LocalSystem.RequestQueue)}
              events out  curl -H 'x-functions-key: {key}' {address}/topics/{LocalSystemOptions.TopicName}/events
              worker      process {system.Host.WorkerProcessId}, durable state on {StorageBackends.NameOf(options.Backend)}
            """);
        if (system.Twin is { } twin)
        {
            var (kubeconfig, authority) = TwinFiles.Write(twin, options.StateDirectory);
            Console.WriteLine($"""
                  kubectl     kubectl --kubeconfig {options.Kubeconfig ?? kubeconfig} get pods -A
                  ARM         {twin.ArmEndpoint} (a twin, not Azure; authority {authority})
                """);
        }

        Console.WriteLine("\nServing until Ctrl-C. If it is killed, the next run continues from there.");
    }
}
