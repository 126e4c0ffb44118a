using System.CommandLine;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;

namespace TenantSandbox.Cli.Commands;

/// <summary><c>twin</c>: the AKS twin alone, for other programs to connect to.</summary>
internal static class TwinCommand
{
    public static Command Create()
    {
        var armPort = new Option<int>("--arm-port") { Description = "Port of the ARM endpoint on 127.0.0.1; 0 takes a free one." };
        var speed = new Option<double?>("--speed") { Description = "How many times faster than Azure it is; operations are instant unless given." };
        var state = new Option<DirectoryInfo?>("--state") { Description = "Where its state is stored; in memory unless given." };
        var files = new Option<DirectoryInfo>("--files")
        {
            Description = "Where the kubeconfig and the certificate authority are written.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(".local", "twin")),
        };
        var command = new Command("twin", "Run the AKS twin alone: an ARM endpoint and a kubeconfig.") { armPort, speed, state, files };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new TwinOptions
            {
                ArmPort = parsed.GetValue(armPort),
                Timing = parsed.GetValue(speed) is { } factor ? TimingProfile.Accelerated(factor) : TimingProfile.Instant,
                StateDirectory = parsed.GetValue(state)?.FullName,
            },
            parsed.GetRequiredValue(files),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(TwinOptions options, DirectoryInfo files, CancellationToken cancellationToken)
    {
        await using var twin = await TwinHost.StartAsync(options, cancellationToken: cancellationToken);
        files.Create();
        var (kubeconfig, authority) = TwinFiles.Write(twin, files.FullName);
        Console.WriteLine($"""
            This is a twin of AKS: nothing here is Azure.
              ARM           {twin.ArmEndpoint}   (any bearer token; subscription {options.SubscriptionId}, resource group {options.ResourceGroup})
              authority     {authority}
              kubectl       kubectl --kubeconfig {kubeconfig} get nodes
            Press Ctrl-C to stop it.
            """);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is the way to stop it.
        }

        return 0;
    }
}
