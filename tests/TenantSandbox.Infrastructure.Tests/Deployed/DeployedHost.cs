using Azure.Core;
using DurableTask.AzureStorage;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using TenantSandbox.Cli.Local;
using TenantSandbox.Hosting;

namespace TenantSandbox.Infrastructure.Tests.Deployed;

/// <summary>
/// A child process that runs the function host and the app as Azure does: the app settings are its environment, and the storage
/// account of host, queues and task hub is the one that they name, by identity.
/// </summary>
internal static class DeployedHost
{
    /// <summary>Writes the host's address and function key as a line to standard output, and runs until standard input ends.</summary>
    public static async Task<int> RunAsync(string appDirectory, string stateDirectory)
    {
        static void Log(ILoggingBuilder logging) => logging
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddFilter<ConsoleLoggerProvider>(null, LogLevel.Warning);

        using var loggers = LoggerFactory.Create(Log);
        await using var services = ServicesOfAzure();
        var connection = new ConfigurationBuilder().AddEnvironmentVariables().Build().GetSection("AzureWebJobsStorage");
        // What the durable extension does with these settings.
        var account = new StorageAccountClientProvider(
            Service("blob"), Service("queue"), Service("table"), services.GetRequiredService<AzureComponentFactory>().CreateTokenCredential(connection));
        using var hub = StorageBackends.CreateAzureStorage(appDirectory, account, loggers);
        await using var host = await FunctionHost.StartAsync(new FunctionHostOptions
        {
            AppDirectory = appDirectory,
            StateDirectory = stateDirectory,
            OrchestrationService = hub,
            Address = new Uri("http://127.0.0.1:0"),
            ConfigureLogging = Log,
        });
        Console.WriteLine($"{host.BaseAddress} {host.Keys.Function}");
        await Console.In.ReadToEndAsync();
        return 0;

        Uri Service(string name) => new(connection[$"{name}ServiceUri"]!);
    }

    private static ServiceProvider ServicesOfAzure()
    {
        var services = new ServiceCollection();
        services.AddAzureClientsCore();
        return services.BuildServiceProvider();
    }
}
