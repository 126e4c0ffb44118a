using System.CommandLine;
using TenantSandbox.AksTwin;
using TenantSandbox.Local.Samples;
using TenantSandbox.Local.Show;

namespace TenantSandbox.Local.Commands;

/// <summary>The main job: start everything, onboard the samples, show it, then serve; or, with <c>--once</c>, take it all down again.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "Onboard the samples, offboard them, prove that nothing is left, and end." };
        var fresh = new Option<bool>("--fresh") { Description = "Forget the state of earlier runs first." };
        var kubeconfig = new Option<FileInfo?>("--kubeconfig") { Description = "Put the Kubernetes side on this cluster instead of the twin's." };
        var port = new Option<int>("--port") { Description = "Port of the doors on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => 7071 };
        var speed = new Option<double>("--speed")
        {
            Description = "How many times faster than Azure the twin is.",
            DefaultValueFactory = _ => 400,
        };
        var state = new Option<DirectoryInfo>("--state")
        {
            Description = "Where the state is kept.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(".local", "state")),
        };
        var samples = new Option<DirectoryInfo>("--samples")
        {
            Description = "The tenant requests to post.",
            DefaultValueFactory = _ => new DirectoryInfo("samples"),
        };

        var command = new Command("run", "Run the whole system on this machine.") { once, fresh, kubeconfig, port, speed, state, samples };
        command.SetAction((parsed, cancellation) => RunAsync(
            new LocalSystemOptions
            {
                StateDirectory = parsed.GetRequiredValue(state).FullName,
                ToolsDirectory = Path.Combine(".local", "tools"),
                Kubeconfig = parsed.GetValue(kubeconfig)?.FullName,
                Port = parsed.GetValue(port),
                Timing = TimingProfile.Accelerated(parsed.GetValue(speed)),
            },
            parsed.GetRequiredValue(samples),
            parsed.GetValue(once),
            parsed.GetValue(fresh),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        LocalSystemOptions options, DirectoryInfo samples, bool once, bool fresh, CancellationToken cancellation)
    {
        try
        {
            var requests = SampleRequest.ReadAll(samples);
            if (fresh && Directory.Exists(options.StateDirectory))
            {
                Directory.Delete(options.StateDirectory, recursive: true);
            }

            await using var system = await LocalSystem.StartAsync(options, cancellation);
            await using var view = ProgressView.Create(system);
            using var tenants = new SampleTenants(system, requests);
            return once
                ? await RunOnce.RunAsync(system, tenants, view, options.Kubeconfig, cancellation)
                : await ServeAsync(system, tenants, view, options, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped. The next run goes on from here.");
            return once ? 1 : 0;
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or HttpRequestException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return 1;
        }
    }

    private static async Task<int> ServeAsync(
        LocalSystem system, SampleTenants tenants, ProgressView view, LocalSystemOptions options, CancellationToken cancellation)
    {
        view.Start();
        await tenants.OnboardAsync(cancellation);
        var settled = await tenants.WhenSettledAsync(cancellation);
        await view.DisposeAsync();
        Welcome.Print(system, settled, options);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        return 0;
    }
}
