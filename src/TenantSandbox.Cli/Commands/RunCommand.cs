using System.CommandLine;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;
using TenantSandbox.Cli.Output;
using TenantSandbox.Cli.Samples;

namespace TenantSandbox.Cli.Commands;

/// <summary><c>run</c>: starts the whole system, onboards the samples and serves; with <c>--once</c>, offboards them and ends.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "Onboard the samples, offboard them, prove that nothing is left, and end." };
        var fresh = new Option<bool>("--fresh") { Description = "Delete the state of earlier runs first." };
        var backend = new Option<StorageBackend>("--backend")
        {
            Description = "Storage of durable state: sqlite, or azure-storage on Azurite.",
            DefaultValueFactory = _ => StorageBackend.Sqlite,
            CustomParser = result =>
            {
                var name = result.Tokens.Single().Value;
                if (StorageBackends.Parse(name) is { } parsed)
                {
                    return parsed;
                }

                result.AddError($"There is no backend '{name}'; there are {string.Join(" and ", Enum.GetValues<StorageBackend>().Select(StorageBackends.NameOf))}.");
                return default;
            },
        };
        var kubeconfig = new Option<FileInfo?>("--kubeconfig") { Description = "Use this cluster's Kubernetes API instead of the twin's." };
        var port = new Option<int>("--port") { Description = "Port of the doors on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => 7071 };
        var speed = new Option<double>("--speed") { Description = "How many times faster than Azure the twin is.", DefaultValueFactory = _ => 400 };
        var dashboard = new Option<bool>("--dashboard") { Description = "Start the Aspire dashboard, and send traces, metrics and logs there." };
        var state = new Option<DirectoryInfo?>("--state") { Description = "Where the state is stored; .local/state unless given, or .local/state-azure-storage on that backend." };
        var samples = new Option<DirectoryInfo>("--samples")
        {
            Description = "The folder of tenant requests to post.",
            DefaultValueFactory = _ => new DirectoryInfo("samples"),
        };

        var command = new Command("run", "Run the whole system on this machine.") { once, fresh, backend, kubeconfig, port, speed, dashboard, state, samples };
        command.SetAction((parsed, cancellationToken) =>
        {
            var chosen = parsed.GetValue(backend);
            var defaultState = Path.Combine(".local", chosen == StorageBackend.Sqlite ? "state" : $"state-{StorageBackends.NameOf(chosen)}");
            return RunAsync(
                new LocalSystemOptions
                {
                    StateDirectory = parsed.GetValue(state)?.FullName ?? Path.GetFullPath(defaultState),
                    Backend = chosen,
                    ToolsDirectory = Path.Combine(".local", "tools"),
                    Kubeconfig = parsed.GetValue(kubeconfig)?.FullName,
                    Port = parsed.GetValue(port),
                    Timing = TimingProfile.Accelerated(parsed.GetValue(speed)),
                    ConfigureLogging = ConsoleErrors.AddTo,
                },
                parsed.GetRequiredValue(samples),
                new RunChoices(parsed.GetValue(once), parsed.GetValue(fresh), parsed.GetValue(dashboard)),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        LocalSystemOptions options, DirectoryInfo samples, RunChoices choices, CancellationToken cancellationToken)
    {
        try
        {
            var requests = SampleRequest.ReadAll(samples);
            if (choices.Fresh && Directory.Exists(options.StateDirectory))
            {
                Directory.Delete(options.StateDirectory, recursive: true);
            }

            await using var dashboard = choices.Dashboard ? await DashboardProcess.StartAsync(options.StateDirectory, port: 0, cancellationToken) : null;
            if (dashboard is not null)
            {
                Console.WriteLine($"Dashboard: {dashboard.Page} (OTLP over gRPC: {dashboard.OtlpEndpoint})");
                options = options with { OtlpEndpoint = dashboard.OtlpEndpoint };
            }

            await using var system = await LocalSystem.StartAsync(options, cancellationToken);
            await using var view = ProgressView.Create(system);
            using var tenants = new SampleTenants(system, requests);
            return choices.Once
                ? await RunOnce.RunAsync(system, tenants, view, options.Kubeconfig, cancellationToken)
                : await ServeAsync(system, tenants, view, options, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped. The next run continues from here.");
            return choices.Once ? 1 : 0;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task<int> ServeAsync(
        LocalSystem system, SampleTenants tenants, ProgressView view, LocalSystemOptions options, CancellationToken cancellationToken)
    {
        view.Start();
        await tenants.OnboardAsync(cancellationToken);
        var settled = await tenants.WaitUntilSettledAsync(cancellationToken);
        await view.DisposeAsync();
        ConnectionHelp.Print(system, settled, options);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return 0;
    }

    private sealed record RunChoices(bool Once, bool Fresh, bool Dashboard);
}
